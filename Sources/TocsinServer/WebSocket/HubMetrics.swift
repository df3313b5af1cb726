import TocsinEngine
import TocsinMetrics

/// The instruments of the WebSocket interface.
struct HubMetrics: Sendable {
  /// Clients that are connected.
  let clients: Gauge
  /// Events that were written to clients, counted per sweep.
  let events: Counter
  /// Time from an event's arrival at an event loop until all its clients that read had it written.
  let sweep: MetricHistogram
  /// Replays that were asked for and succeeded.
  let recovered: Counter
  /// Replays that were asked for and ended in a resync.
  let lost: Counter
  private let closed: [CloseReason: Counter]

  /// Instruments of that registry.
  init(_ registry: MetricsRegistry) {
    clients = registry.gauge("tocsin_websocket_clients", help: "WebSocket clients that are connected.")
    events = registry.counter("tocsin_websocket_events_sent_total", help: "Events written to WebSocket clients.")
    sweep = registry.histogram(
      "tocsin_websocket_sweep_duration_seconds", help: "Time until an event was written to all clients of a loop.")
    let resumes = "tocsin_websocket_resumes_total"
    let help = "Replays that WebSocket clients asked for."
    recovered = registry.counter(resumes, help: help, labels: [("outcome", "recovered")])
    lost = registry.counter(resumes, help: help, labels: [("outcome", "lost")])
    closed = Dictionary(
      uniqueKeysWithValues: CloseReason.allCases.map { reason in
        let counter = registry.counter(
          "tocsin_websocket_closed_total", help: "WebSocket connections that ended.",
          labels: [("reason", reason.rawValue)])
        return (reason, counter)
      })
  }

  /// Counts a connection that ended.
  func closed(_ reason: CloseReason) {
    closed[reason]?.increment()
  }
}
