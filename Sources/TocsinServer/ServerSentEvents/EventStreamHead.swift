import NIOCore

/// The head of a stream of server-sent events (HTML Living Standard, 9.2).
enum EventStreamHead {
  /// Without a length and without chunks: the body ends with the connection, so that all clients can share its bytes.
  /// nginx, which gathers answers in buffers unless it is told not to, reads `X-Accel-Buffering`.
  static let answer: HTTPAnswer = {
    var answer = HTTPAnswer(contentType: "text/event-stream", body: .init())
    answer.headers = [("cache-control", "no-store"), ("x-accel-buffering", "no")]
    return answer
  }()
}
