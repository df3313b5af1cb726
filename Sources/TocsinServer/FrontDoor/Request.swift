import NIOCore
import NIOHTTP1
import TocsinCore

/// A request that has arrived as a whole, and who sends it.
struct Request: Sendable {
  var head: HTTPRequestHead
  var summary: HeaderSummary
  var body: ByteBuffer
  /// Whose data it is about, and who acts.
  var principal: Principal
  /// What names it in the answer, in problems and in logs.
  var id: RequestID
}

extension Request {
  /// Whether this request takes the way of a check.
  var isCheck: Bool {
    head.method == .POST && summary.isJSON && head.uri == "/api/alerts/check"
  }

  /// The stream of alerts that this request opens, if it opens one.
  var stream: StreamRequest.Transport? {
    guard head.method == .GET else { return nil }
    if summary.wantsWebSocket { return isOf(["ws", "alerts"]) ? .webSocket : nil }
    return isEventStream ? .serverSentEvents : nil
  }

  /// Whether its path is that of server-sent events.
  var isEventStream: Bool { isOf(["api", "alerts", "stream"]) }

  private func isOf(_ path: [Substring]) -> Bool {
    // Nearly all other requests are told apart by this.
    head.uri.contains("alerts") && RequestTarget(head.uri).path.split(separator: "/") == path
  }

  /// The target without its query.
  var path: String { String(head.uri.prefix { $0 != "?" }) }
}
