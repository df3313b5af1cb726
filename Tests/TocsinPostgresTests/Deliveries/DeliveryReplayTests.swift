import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct DeliveryReplayTests {
  @Test func aReplayedDeliveryIsLikeNewButForItsHistory() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      let planned = PlannedDelivery(alert)
      _ = try await stores.deliveries.complete([planned.dead()])
      try await stores.run("UPDATE deliveries SET created_at = created_at - interval '2 days'")
      let before = try await stores.row(planned)
      #expect(
        try await stores.deliveries.replay(DeliveryQuery(id: planned.id), limit: 10, tenant: .standard)
          == ChangedDeliveries(
            count: 1, alerts: [AlertKey(tenant: .standard, id: planned.alertID)],
            targets: [DeliveryTarget(name: planned.target, channel: planned.channel): 1]))
      let row = try await stores.row(planned)
      #expect(row.state == .pending && row.attempts == 0 && row.history == before.history && row.history.count == 1)
      #expect(row.finishedAt == nil && row.createdAt == before.createdAt)
      #expect(try await stores.status(alert) == [:])
      let taken = try #require(try await stores.other.lease(1, for: ["ops"]).first)
      #expect(taken.planned == planned && taken.attempts == 0 && taken.ageMilliseconds < 60_000)
      #expect(try await stores.other.complete([planned.result()]).map(\.status) == [["slack": true]])
      #expect(try await stores.row(planned).history.map(\.number) == [1, 1])
    }
  }

  @Test func deliveredOnesOnlyWhereTheyAreNamed() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "told", "dead", "cancelled", "sending")
      try await stores.deliveries.release([PlannedDelivery(alert, to: "cancelled").id], afterMilliseconds: 0)
      _ = try await stores.deliveries.complete([
        PlannedDelivery(alert, to: "told").result(), PlannedDelivery(alert, to: "dead").dead(),
      ])
      _ = try await stores.apply(.resolve, to: alert)
      func replay(_ query: DeliveryQuery) async throws -> Int {
        try await stores.deliveries.replay(query, limit: 10, tenant: .standard).count
      }
      for state in [DeliveryState.pending, .sending, .retrying] {
        #expect(try await replay(DeliveryQuery(state: state)) == 0)
      }
      #expect(try await replay(DeliveryQuery(receiver: "told")) == 0)
      #expect(try await replay(DeliveryQuery(id: PlannedDelivery(alert, to: "sending").id)) == 0)
      #expect(try await replay(DeliveryQuery(alertID: alert.alertID)) == 2)
      #expect(try await replay(DeliveryQuery(alertID: alert.alertID)) == 0)
      #expect(try await replay(DeliveryQuery(state: .delivered)) == 1)
      _ = try await stores.other.lease(10, for: ["told"])
      _ = try await stores.other.complete([PlannedDelivery(alert, to: "told").result()])
      #expect(try await replay(DeliveryQuery(id: PlannedDelivery(alert, to: "told").id)) == 1)
      let states = try await stores.states(alert)
      #expect(
        states == [
          "fired told": .pending, "fired dead": .pending, "fired cancelled": .pending, "fired sending": .sending,
        ]
      )
    }
  }

  @Test func oldestFirstAndOfOneTenant() async throws {
    try await TestDatabase.with { stores in
      var alerts: [Alert] = []
      let now = try await stores.now()
      for day in 0..<5 as Range<Int64> {
        let alert = Samples.alert(at: now.advanced(by: -day * 86_400_000))
        try await stores.alerts.insert([
          StoredAlert(alert: alert, tenant: .standard, deliveries: [PlannedDelivery(alert)])
        ])
        alerts.append(alert)
      }
      _ = try await stores.deliveries.complete(alerts.map { PlannedDelivery($0).dead() })
      let query = DeliveryQuery(receiver: "ops", state: .dead)
      #expect(try await stores.deliveries.replay(query, limit: 9, tenant: Tenant(rawValue: "other")).count == 0)
      #expect(try await stores.deliveries.replay(query, limit: 0, tenant: .standard).count == 0)
      #expect(try await stores.deliveries.replay(query, limit: 2, tenant: .standard).count == 2)
      let left = try await stores.deliveries.deliveries(query, tenant: .standard)
      #expect(left.map(\.planned.alertID) == alerts[..<3].map(\.alertID))
    }
  }
}
