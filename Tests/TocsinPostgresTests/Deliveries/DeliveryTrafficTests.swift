import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct DeliveryTrafficTests {
  /// Everything at once on the same few alerts, from two nodes: nobody waits in a circle, and in the end every row is
  /// where it can go on.
  @Test func everythingAtOnceOnTheSameAlerts() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let receivers = ["a", "b", "c"]
      let alerts = (0..<12).map { Samples.alert(at: now.advanced(by: Int64($0) * -86_400_000)) }
      try await stores.alerts.insert(
        alerts.map { alert in
          StoredAlert(
            alert: alert, tenant: .standard, deliveries: receivers.map { PlannedDelivery(alert, to: $0) })
        })
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (number, store) in [stores.deliveries, stores.other, stores.deliveries, stores.other].enumerated() {
          group.addTask {
            for round in 0..<25 {
              let taken = try await store.lease(9, for: receivers + ["x", "y"])
              _ = try await store.renew(taken.map(\.planned.id).shuffled())
              let results = taken.enumerated().map { index, row in
                let fallbacks = ["x", "y"].map { PlannedDelivery(row.alert, .fallback, to: $0) }
                return switch (index + round + number) % 4 {
                case 0: row.planned.result()
                case 1: row.planned.dead(fallbacks: fallbacks)
                case 2: row.planned.retry(mayHaveArrived: true, fallbacks: fallbacks.reversed())
                default: row.planned.retry()
                }
              }
              _ = try await store.complete(results.shuffled())
              try await store.release(taken.map(\.planned.id).shuffled(), afterMilliseconds: 0)
              try await stores.run(
                """
                UPDATE delivery_queue d SET due_at = clock_timestamp() FROM (
                  SELECT delivery_id FROM delivery_queue WHERE state = 'retrying' ORDER BY delivery_id FOR UPDATE
                ) waiting WHERE d.delivery_id = waiting.delivery_id
                """)
            }
          }
        }
        group.addTask {
          for alert in alerts {
            for action in [AlertAction.acknowledge, .resolve] {
              _ = try await stores.alerts.apply(action, to: alert.alertID, by: nil, tenant: .standard) { changed in
                (receivers + ["x", "y"]).map { PlannedDelivery(changed, DeliveryCause(action), to: $0) }
              }
            }
          }
        }
        group.addTask {
          for _ in 0..<20 {
            _ = try await stores.other.replay(DeliveryQuery(), limit: 5, tenant: .standard)
            _ = try await stores.other.reportReceivers(receivers, unknownAfterMilliseconds: 3_600_000)
          }
        }
        group.addTask { try await stores.makePartitions(weeksAhead: 9) }
        try await group.waitForAll()
      }
      let strange = """
        SELECT count(*) FROM delivery_queue q JOIN deliveries d USING (tenant, alert_id, receiver, target, cause)
        """
      #expect(try await stores.number(strange) == 0)
      #expect(try await stores.number("SELECT count(*) FROM deliveries") > 0)
    }
  }
}
