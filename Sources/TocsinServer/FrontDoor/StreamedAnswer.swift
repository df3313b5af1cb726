import NIOCore

/// An answer whose body is made while it is sent, at the client's pace.
struct StreamedAnswer: Sendable {
  var contentType: String
  /// Further fields, lower case names.
  var headers: [(String, String)] = []
  /// The route's template, for metrics and the access log.
  var route = ""
  /// Makes the body. Where it throws, the connection is closed, so that the client sees that the end is missing.
  var produce: @Sendable (BodyWriter) async throws -> Void

  /// The head's fields as those of an answer.
  var head: HTTPAnswer {
    var head = HTTPAnswer(contentType: contentType, headers: headers, body: ByteBuffer())
    head.route = route
    return head
  }
}

/// Takes the pieces of a body.
struct BodyWriter: Sendable {
  private let connection: NIOLoopBound<HTTPConnectionHandler>

  init(_ connection: HTTPConnectionHandler, _ loop: any EventLoop) {
    self.connection = NIOLoopBound(connection, eventLoop: loop)
  }

  /// How many bytes are sent at once.
  private static let pieceSize = 64 * 1024

  /// Sends bytes, piece by piece.
  ///
  /// Returns when the client has taken most of what was sent.
  /// - Throws: `ChannelError` where the client is gone
  func write(_ bytes: [UInt8]) async throws {
    let connection = connection
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = ByteBuffer(bytes: rest.prefix(BodyWriter.pieceSize))
      rest = rest.dropFirst(BodyWriter.pieceSize)
      try await connection.eventLoop.flatSubmit { connection.value.send(piece) }.get()
    }
  }
}
