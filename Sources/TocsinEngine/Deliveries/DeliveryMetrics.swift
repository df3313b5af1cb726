import TocsinCore
import TocsinMetrics

/// The instruments of deliveries. Labels are channels and receivers' names: both are few.
struct DeliveryMetrics: Sendable {
  private let registry: MetricsRegistry
  let released: Counter
  let taken: Counter
  private let plannedNone: [(reason: EmptyPlanReason, counter: Counter)]

  init(_ registry: MetricsRegistry) {
    self.registry = registry
    released = registry.counter(
      "tocsin_deliveries_released_total", help: "Deliveries given back untried: a breaker was open, or a queue full.")
    taken = registry.counter(
      "tocsin_deliveries_taken_total", help: "Deliveries taken for a retry, or from a node that did not finish them.")
    plannedNone = EmptyPlanReason.allCases.filter { $0 != .routingChanged }.map { reason in
      let counter = registry.counter(
        "tocsin_deliveries_planned_none_total", help: "Alerts written that nobody is notified of, by the reason.",
        labels: [("reason", reason.rawValue)])
      return (reason, counter)
    }
  }

  /// Counts alerts that nobody is notified of.
  func planned(_ empty: EmptyPlans) {
    for (reason, counter) in plannedNone where empty[reason] > 0 { counter.increment(by: empty[reason]) }
  }

  /// Counts an attempt.
  func attempted(_ channel: DeliveryChannel, _ outcome: DeliveryOutcome, took time: Duration) {
    registry.counter(
      "tocsin_delivery_attempts_total", help: "Attempts to deliver.",
      labels: [("channel", channel.rawValue), ("outcome", outcome.name)]
    ).increment()
    registry.histogram(
      "tocsin_delivery_duration_seconds", help: "Time of an attempt.", labels: [("channel", channel.rawValue)]
    ).observe(time)
  }

  /// Counts a delivery that was given up.
  func gaveUp(_ channel: DeliveryChannel) {
    registry.counter(
      "tocsin_deliveries_dead_total", help: "Deliveries that this node gave up.",
      labels: [("channel", channel.rawValue)]
    ).increment()
  }

  /// Shows a receiver's breaker: 0 closed, 1 half open, 2 open.
  func breaker(of receiver: String, _ position: CircuitBreaker.Position) {
    registry.gauge(
      "tocsin_delivery_breaker_state", help: "The receiver's worst circuit breaker: 0 closed, 1 half open, 2 open.",
      labels: [("receiver", receiver)]
    ).set(Double(position.rawValue))
  }

  /// Shows how much waits, as PostgreSQL counts it.
  func backlog(_ backlog: DeliveryBacklog) {
    registry.gauge("tocsin_deliveries_unfinished", help: "Deliveries of the cluster that are not final.")
      .set(Double(backlog.unfinished))
    registry.gauge("tocsin_deliveries_dead", help: "Deliveries of the cluster that were given up and not replayed.")
      .set(Double(backlog.dead))
    registry.gauge(
      "tocsin_deliveries_oldest_seconds", help: "Age of the oldest delivery of the cluster that is not final."
    ).set(Double(backlog.oldestMilliseconds) / 1000)
  }
}
