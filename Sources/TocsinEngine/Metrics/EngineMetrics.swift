import TocsinCore
import TocsinMetrics

/// The instruments of the engine's own parts.
struct EngineMetrics: Sendable {
  let checks: Counter
  let notPersisted: Counter
  let claim: MetricHistogram
  let commit: MetricHistogram
  let announce: MetricHistogram
  let commitRows: MetricHistogram
  let deadLetters: Counter
  let keeperReplayed: Counter
  let feedGaps: Counter
  let resyncs: Counter
  let epochs: Counter
  let journalEntries: Gauge
  let unwrittenAlerts: Gauge
  private let alerts: [AlertType: [Severity: Counter]]
  private let suppressed: [Suppression.Reason: Counter]
  private let changes: [AlertAction: Counter]

  init(_ registry: MetricsRegistry) {
    checks = registry.counter("tocsin_checks_total", help: "Checks that were evaluated.")
    notPersisted = registry.counter(
      "tocsin_alerts_unwritten_total", help: "Alerts that were pushed before they were in PostgreSQL.")
    claim = registry.histogram("tocsin_claim_duration_seconds", help: "Time of the claim script.")
    commit = registry.histogram("tocsin_commit_duration_seconds", help: "Time from claim to commit of an alert.")
    announce = registry.histogram("tocsin_announce_duration_seconds", help: "Time of the announce script.")
    commitRows = registry.histogram(
      "tocsin_commit_batch_rows", help: "Alerts in one transaction.", buckets: [1, 2, 4, 8, 16, 32, 64, 128])
    deadLetters = registry.counter(
      "tocsin_dead_letters_total", help: "Alerts that PostgreSQL refused.")
    keeperReplayed = registry.counter(
      "tocsin_keeper_replayed_total", help: "Alerts and changes that this node finished for another one.")
    feedGaps = registry.counter("tocsin_feed_gaps_total", help: "Gaps in the event stream that had to be filled.")
    resyncs = registry.counter("tocsin_feed_resyncs_total", help: "Gaps that could not be filled.")
    epochs = registry.counter("tocsin_epochs_begun_total", help: "Times this node restored an empty Redis.")
    journalEntries = registry.gauge(
      "tocsin_journal_entries",
      help: "Alerts of the cluster that are claimed and not announced, as Redis counts them: the same on every node.")
    unwrittenAlerts = registry.gauge(
      "tocsin_unwritten_alerts",
      help: "Alerts of the cluster that wait for PostgreSQL, as Redis counts them: the same on every node.")
    var alerts: [AlertType: [Severity: Counter]] = [:]
    for type in AlertType.allCases {
      for severity in Severity.allCases {
        alerts[type, default: [:]][severity] = registry.counter(
          "tocsin_alerts_total", help: "Alerts that this node raised.",
          labels: [("alert_type", type.rawValue), ("severity", severity.rawValue)])
      }
    }
    self.alerts = alerts
    suppressed = Dictionary(
      uniqueKeysWithValues: Suppression.Reason.allCases.map { reason in
        (
          reason,
          registry.counter(
            "tocsin_suppressed_total", help: "Rules that matched and raised no alert, by what held it back.",
            labels: [("reason", reason.rawValue)])
        )
      })
    changes = Dictionary(
      uniqueKeysWithValues: AlertAction.allCases.map { action in
        (
          action,
          registry.counter(
            "tocsin_alert_changes_total", help: "Alerts that were acknowledged or resolved through this node.",
            labels: [("action", action.rawValue)])
        )
      })
  }

  /// Counts an alert that was raised.
  func raised(_ alert: Alert) {
    alerts[alert.alertType]?[alert.severity]?.increment()
  }

  /// Counts an alert that was held back.
  func suppressed(_ suppression: Suppression) {
    suppressed[suppression.reason]?.increment()
  }

  /// Counts an acknowledgement or resolution.
  func changed(_ action: AlertAction) {
    changes[action]?.increment()
  }
}
