import PostgresClient
import Support
package import TocsinCore

extension PostgresAlertStore {
  /// Inserts an alert without deliveries and rolls that back, so that whatever refuses an alert (a full disk, a server
  /// that takes no writes) refuses this one.
  package func checkWrites() async throws(StoreError) {
    var generator = SystemRandomNumberGenerator()
    let now = Timestamp(milliseconds: WallClock.milliseconds)
    let alert = Alert(
      RuleMatch(rule: Self.probeRule, value: 0),
      check: Check(
        metricName: Self.probeRule.metricName, metricValue: 0, entity: Entity(campaignID: "probe"), campaignName: ""),
      alertID: AlertID(at: now, using: &generator))
    do {
      try await writers.withTransaction { connection in
        _ = try await connection.execute(
          Statements.alertInsert, Self.columns(of: [StoredAlert(alert: alert, tenant: Tenant(rawValue: "probe"))]))
        throw TakenBack()
      }
    } catch is TakenBack {
    } catch {
      throw StoreError(wrapping: error)
    }
  }

  /// Ends the transaction of a probe.
  private struct TakenBack: Error {}

  private static let probeRule = AlertRule(ruleID: "probe", name: "probe", alertType: .roasDrop, severity: .info)
}
