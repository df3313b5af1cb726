import TocsinEngine
import TocsinMetrics

/// What all connections of a node hold for clients that send or read slowly.
struct ConnectionBudgets: Sendable {
  /// Answers that clients have not taken yet. One that does not fit is replaced by a 503.
  let answers: ByteBudget
  /// Bodies of requests that have not arrived as a whole. One that does not fit is refused with a 503.
  let bodies: ByteBudget
  /// Connections that were closed because the client took nothing.
  let stalled: Counter

  init(_ configuration: ServerConfiguration, metrics: MetricsRegistry) {
    let pending = metrics.gauge(
      "tocsin_http_pending_bytes", help: "Bytes of answers that clients have not taken yet; small answers left out.")
    let receiving = metrics.gauge(
      "tocsin_http_receiving_bytes", help: "Bytes of requests that have not arrived as a whole; small ones left out.")
    answers = ByteBudget(limit: configuration.pendingLimit, gauge: pending, metrics: metrics)
    bodies = ByteBudget(limit: configuration.receivingLimit, gauge: receiving, metrics: metrics)
    stalled = metrics.counter(
      "tocsin_http_stalled_total", help: "Connections that were closed because the client took nothing of an answer.")
  }
}

extension Problem {
  /// The answer where clients have not taken too many others.
  static let tooManyPending = Problem(
    503, "clients of this node have not read too many bytes of earlier answers; try again, or another node",
    retryAfterSeconds: 5)
}
