import Logging
import TocsinCore

/// Tells clients that asked for it that the `notification_status` of alerts is another one now. What cannot be told now is
/// not told later: the list over HTTP says it.
struct StatusPublisher: Sendable {
  private let alerts: any AlertStore
  private let journal: any CooldownJournal
  private let logger: Logger
  private let pageSize = 500

  init(alerts: any AlertStore, journal: any CooldownJournal, logger: Logger) {
    self.alerts = alerts
    self.journal = journal
    self.logger = logger
  }

  /// Tells what results have changed.
  /// - Parameter alerts: those of the changes, in any order
  func publish(_ changes: [StatusChange], alerts: [Alert]) async {
    if changes.isEmpty { return }
    let byID = Dictionary(alerts.map { ($0.alertID, $0) }, uniquingKeysWith: { first, _ in first })
    await send(
      changes.compactMap { change in
        byID[change.alertID].map { update($0, status: change.status, tenant: change.tenant) }
      })
  }

  /// Tells what the alerts' status is now. Of two changes within the same milliseconds the earlier one may be told last.
  func publish(_ keys: Set<AlertKey>) async {
    let keys = keys.sorted { $0.id < $1.id }
    for start in stride(from: 0, to: keys.count, by: pageSize) {
      do {
        let found = try await alerts.alerts(Array(keys[start..<min(start + pageSize, keys.count)]))
        await send(
          found.map { update($0.alert, status: $0.alert.notificationStatus, tenant: $0.tenant) })
      } catch {
        return logger.debug("a changed notification_status could not be read", metadata: ["error": "\(error)"])
      }
    }
  }

  /// - Parameter status: what the deliveries say: an alert that has deliveries is stored and announced
  private func update(_ alert: Alert, status: NotificationStatus, tenant: Tenant) -> [UInt8] {
    let whole = status.adding(.announced)
    return EventEnvelope.update(alert, notificationStatus: whole, at: journal.now(), tenant: tenant).encoded()
  }

  private func send(_ envelopes: [[UInt8]]) async {
    if envelopes.isEmpty { return }
    do {
      try await journal.announce(updates: envelopes)
    } catch {
      logger.debug("changes of notification_status could not be announced", metadata: ["error": "\(error)"])
    }
  }
}
