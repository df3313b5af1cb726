import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct DeliveryInsertTests {
  @Test func deliveriesComeWithTheirAlertLeasedToItsNode() async throws {
    try await TestDatabase.with { stores in
      let before = try await stores.now()
      let alert = Samples.alert(at: before)
      let planned = [PlannedDelivery(alert), PlannedDelivery(alert, to: "boss", target: "mail-1", channel: .email)]
      let quiet = Samples.alert(at: before)
      let inserted = try await stores.alerts.insert([
        StoredAlert(alert: alert, tenant: .standard, deliveries: planned),
        StoredAlert(alert: quiet, tenant: .standard),
      ])
      #expect(inserted == InsertedAlerts(count: 2, withDeliveries: [alert.alertID]))
      let rows = try await stores.deliveries.deliveries(DeliveryQuery(), tenant: .standard)
      #expect(rows.map(\.planned) == planned.sorted { $0.id > $1.id })
      let after = try await stores.now()
      for row in rows {
        #expect(row.state == .sending && row.lockedBy == "a" && row.attempts == 0 && row.history.isEmpty)
        #expect(row.finishedAt == nil && row.lastError == nil)
        #expect((before...after).contains(row.createdAt))
        let due = try #require(row.dueAt)
        #expect((before.advanced(by: 30_000)...after.advanced(by: 30_000)).contains(due))
      }
      #expect(try await stores.deliveries.delivery(planned[0].id, tenant: Tenant(rawValue: "other")) == nil)
    }
  }

  @Test func anAlertThatIsThereCausesNothing() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let alerts = (0..<3).map { Samples.alert(at: now.advanced(by: Int64($0))) }
      let quiet = StoredAlert(alert: alerts[0], tenant: .standard)
      try await stores.alerts.insert([quiet])
      let stored = alerts.map {
        StoredAlert(alert: $0, tenant: .standard, deliveries: [PlannedDelivery($0), PlannedDelivery($0)])
      }
      let inserted = try await stores.alerts.insert(stored)
      #expect(inserted == InsertedAlerts(count: 2, withDeliveries: Set(alerts[1...].map(\.alertID))))
      #expect(try await stores.alerts.insert(stored) == InsertedAlerts(count: 0))
      #expect(try await stores.number("SELECT count(*) FROM delivery_queue") == 2)
      #expect(try await stores.states(alerts[0]).isEmpty)
    }
  }

  @Test func ofManyThatInsertTheSameAlertsOneHasTheirDeliveries() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let stored = (0..<50).map { _ in Samples.alert(at: now) }.map {
        StoredAlert(
          alert: $0, tenant: .standard, deliveries: [PlannedDelivery($0), PlannedDelivery($0, to: "boss")])
      }
      let results = try await withThrowingTaskGroup(of: InsertedAlerts.self) { group in
        for _ in 0..<8 { group.addTask { try await stores.alerts.insert(stored.shuffled()) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.reduce(0) { $0 + $1.count } == 50)
      #expect(results.reduce(0) { $0 + $1.withDeliveries.count } == 50)
      #expect(try await stores.number("SELECT count(*) FROM delivery_queue WHERE locked_by = 'a'") == 100)
    }
  }

  @Test func aRefusedAlertLeavesNoDeliveries() async throws {
    try await TestDatabase.with { stores in
      let good = Samples.alert(at: try await stores.now())
      var bad = good
      bad.alertID = Samples.alert(at: good.timestamp).alertID
      bad.title = "a\u{0}b"
      let stored = [good, bad].map {
        StoredAlert(alert: $0, tenant: .standard, deliveries: [PlannedDelivery($0)])
      }
      let error = await #expect(throws: StoreError.self) { try await stores.alerts.insert(stored) }
      #expect(error?.code == .data)
      #expect(try await stores.number("SELECT count(*) FROM delivery_queue") == 0)
    }
  }

  @Test func rowsOfAWeekThatIsMadeLaterMoveThere() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let stored = (0..<40).map { Samples.alert(at: now.advanced(by: (28 + Int64($0 / 2)) * 86_400_000)) }.map {
        StoredAlert(alert: $0, tenant: .standard, deliveries: [PlannedDelivery($0)])
      }
      try await stores.alerts.insert(stored)
      _ = try await stores.deliveries.complete(stored.map { $0.deliveries[0].result() })
      let before = try await stores.deliveries.deliveries(DeliveryQuery(), tenant: .standard)
      #expect(before.count == 40)
      #expect(try await stores.number("SELECT count(*) FROM deliveries_default") > 20)
      #expect(try await stores.alerts.ensurePartitions(weeksAhead: 8) == 8)
      #expect(try await stores.number("SELECT count(*) FROM deliveries_default") == 0)
      #expect(try await stores.deliveries.deliveries(DeliveryQuery(), tenant: .standard) == before)
      // They can be changed where they are now, and are still known.
      let query = DeliveryQuery(state: .delivered)
      #expect(try await stores.deliveries.replay(query, limit: 100, tenant: .standard).count == 40)
    }
  }
}
