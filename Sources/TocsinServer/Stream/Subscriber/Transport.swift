import NIOCore

/// What carries a subscriber's messages to its client. All of it happens on the loop of the subscriber's hub.
protocol Transport: AnyObject {
  /// How its messages look.
  var format: EventFormat { get }

  /// Whether the socket takes more.
  var isWritable: Bool { get }

  /// How many bytes the socket has not taken.
  var unsentBytes: Int { get }

  /// Whether the connection neither closes nor is closed.
  var isAlive: Bool { get }

  /// Writes bytes in the transport's ``format``; they go out with ``flush()``.
  func write(_ bytes: ByteBuffer)

  /// Sends what was written.
  func flush()

  /// Sends a message that is no event. A client that asks and does not read is closed.
  func send(_ message: ServerMessage)

  /// Begins to close the connection, and tells the client why as far as it can be told.
  func close(_ reason: CloseReason)

  /// `connected` was sent: what the client asked for meanwhile can be done.
  func opened()

  /// A replay is over.
  func replayEnded()

  /// Something was done for the client that costs more than its message tells.
  func spend(_ cost: Int)

  /// Time passed.
  func timePassed(_ now: NIODeadline)
}
