/// Wakes one waiting loop. Signals that nobody waited for are kept as one.
struct Signal: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() {
    (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Wakes the loop, now or when it next waits.
  func send() {
    continuation.yield()
  }

  /// Ends the loop after what was signalled before.
  func finish() {
    continuation.finish()
  }

  /// The signals, for the one loop that waits for them.
  var signals: AsyncStream<Void> { stream }
}
