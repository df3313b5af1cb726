import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import TocsinEngine
import TocsinMetrics

/// Counts requests, measures them, and writes the access log where it is wanted.
final class RequestLog: Sendable {
  private struct Key: Hashable {
    var method: String
    var route: String
    var status: Int
  }

  private let metrics: MetricsRegistry
  private let checkCount: Counter
  private let checkTime: MetricHistogram
  private let instruments = Mutex<[Key: (Counter, MetricHistogram)]>([:])
  private let logger: Logger?
  private let errors: Logger
  private let lastAnswer = Atomic<UInt64>(0)

  static let checkRoute = "/api/alerts/check"
  /// What is asked for by those who watch the node, not by those who use it.
  private static let probes: Set<String> = ["/livez", "/readyz", "/metrics"]

  /// When something was last answered that was no probe.
  var lastWork: NIODeadline { .uptimeNanoseconds(lastAnswer.load(ordering: .relaxed)) }

  /// - Parameters:
  ///   - accessLog: where each request is logged, or nil
  ///   - errors: where it is logged what went wrong behind an answer's head
  init(metrics: MetricsRegistry, accessLog: Logger?, errors: Logger = Logger(label: "tocsin")) {
    self.metrics = metrics
    self.errors = errors
    logger = accessLog
    checkCount = RequestLog.counter(metrics, Key(method: "POST", route: RequestLog.checkRoute, status: 200))
    checkTime = RequestLog.histogram(metrics, route: RequestLog.checkRoute)
  }

  /// A check was answered with 200: the shorter way.
  func recordCheck(since start: NIODeadline, id: RequestID) {
    checkCount.increment()
    let now = NIODeadline.now()
    lastAnswer.store(now.uptimeNanoseconds, ordering: .relaxed)
    let time = now - start
    checkTime.observe(Double(time.nanoseconds) * 1e-9)
    if logger != nil { log("POST", RequestLog.checkRoute, 200, time, id) }
  }

  /// A request was answered.
  func record(_ answer: HTTPAnswer, method: HTTPMethod, since start: NIODeadline?, id: RequestID) {
    if let start, answer.status == 200, method == .POST, answer.route == RequestLog.checkRoute {
      return recordCheck(since: start, id: id)
    }
    let route = answer.route.isEmpty ? "unmatched" : answer.route
    // Methods are the client's words: only those of the interface become labels.
    let name: String =
      switch method {
      case .GET, .HEAD, .POST, .PUT, .DELETE: method.rawValue
      default: "other"
      }
    let key = Key(method: name, route: route, status: answer.status)
    let (count, histogram) = instruments(for: key)
    count.increment()
    let now = NIODeadline.now()
    if !RequestLog.probes.contains(route) { lastAnswer.store(now.uptimeNanoseconds, ordering: .relaxed) }
    let time = start.map { now - $0 } ?? .zero
    if start != nil { histogram.observe(Double(time.nanoseconds) * 1e-9) }
    if logger != nil { log(name, route, answer.status, time, id) }
  }

  private func instruments(for key: Key) -> (Counter, MetricHistogram) {
    if let known = instruments.withLock({ $0[key] }) { return known }
    let made = (RequestLog.counter(metrics, key), RequestLog.histogram(metrics, route: key.route))
    instruments.withLock { $0[key] = made }
    return made
  }

  /// The body of an answer could not be made to its end.
  func failed(_ head: HTTPAnswer, _ call: HTTPConnectionHandler.Call, _ error: any Error) {
    if error is ChannelError { return }
    errors.error(
      "an answer ends early: its body could not be made to its end",
      metadata: ["route": "\(head.route)", "request_id": "\(call.id)", "error": "\(error)"])
  }

  private func log(_ method: String, _ route: String, _ status: Int, _ time: TimeAmount, _ id: RequestID) {
    logger?.info(
      "request",
      metadata: [
        "method": "\(method)", "route": "\(route)", "status": .stringConvertible(status),
        "microseconds": .stringConvertible(time.nanoseconds / 1000), "request_id": "\(id)",
      ])
  }

  private static func counter(_ metrics: MetricsRegistry, _ key: Key) -> Counter {
    metrics.counter(
      "tocsin_http_requests_total", help: "Requests that were answered.",
      labels: [("method", key.method), ("route", key.route), ("status", String(key.status))])
  }

  private static func histogram(_ metrics: MetricsRegistry, route: String) -> MetricHistogram {
    metrics.histogram(
      "tocsin_http_request_duration_seconds", help: "Time from a request's last byte to its answer.",
      labels: [("route", route)])
  }
}
