import TocsinEngine
import TocsinMetrics

/// The instruments of the stream of alerts.
struct HubMetrics: Sendable {
  let webSocket: TransportMetrics
  /// By the format that its clients get.
  let transports: [EventFormat: TransportMetrics]
  /// Time from an event's arrival at an event loop until all its clients that read had it written.
  let sweep: MetricHistogram

  /// Instruments of that registry.
  init(_ registry: MetricsRegistry) {
    webSocket = TransportMetrics(registry, prefix: "tocsin_websocket", clients: "WebSocket clients")
    let events = TransportMetrics(registry, prefix: "tocsin_sse", clients: "clients of server-sent events")
    transports = [.webSocket: webSocket, .serverSentEvents: events]
    sweep = registry.histogram(
      "tocsin_websocket_sweep_duration_seconds",
      help: "Time until an event was written to all clients of a loop, those of server-sent events among them.")
  }
}

/// The instruments of one way to get the stream.
struct TransportMetrics: Sendable {
  /// Clients that are connected.
  let clients: Gauge
  /// Events that were written to clients, counted per sweep.
  let events: Counter
  /// Replays that were asked for and succeeded.
  let recovered: Counter
  /// Replays that were asked for and ended in a resync.
  let lost: Counter
  private let closed: [CloseReason: Counter]

  fileprivate init(_ registry: MetricsRegistry, prefix: String, clients who: String) {
    clients = registry.gauge(prefix + "_clients", help: "The \(who) that are connected.")
    events = registry.counter(prefix + "_events_sent_total", help: "Events written to \(who).")
    let help = "Replays that \(who) asked for."
    recovered = registry.counter(prefix + "_resumes_total", help: help, labels: [("outcome", "recovered")])
    lost = registry.counter(prefix + "_resumes_total", help: help, labels: [("outcome", "lost")])
    closed = Dictionary(
      uniqueKeysWithValues: CloseReason.allCases.map { reason in
        let counter = registry.counter(
          prefix + "_closed_total", help: "Connections of \(who) that ended.", labels: [("reason", reason.rawValue)])
        return (reason, counter)
      })
  }

  /// Counts a connection that ended.
  func closed(_ reason: CloseReason) {
    closed[reason]?.increment()
  }
}
