import PostgresClient
import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct DeliveryLeaseTests {
  @Test func whatIsLeasedIsTakenOnceItsLeaseRanOut() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      #expect(try await stores.other.lease(10, for: ["ops"]).isEmpty)
      try await stores.passAnHour()
      let taken = try await stores.other.lease(10, for: ["ops"])
      #expect(taken.map(\.planned) == [PlannedDelivery(alert)])
      #expect(taken.first?.alert == alert && taken.first?.tenant == .standard && taken.first?.attempts == 0)
      let row = try await stores.row(PlannedDelivery(alert))
      #expect(row.state == .sending && row.lockedBy == "b")
      let due = try #require(row.dueAt)
      #expect(try await due > stores.now().advanced(by: 20_000))
      #expect(try await stores.deliveries.lease(10, for: ["ops"]).isEmpty)
    }
  }

  @Test func longestDueFirstAndNoMoreThanAskedFor() async throws {
    try await TestDatabase.with { stores in
      let alerts = [
        try await stores.fire(to: "ops"), try await stores.fire(to: "ops"), try await stores.fire(to: "ops"),
      ]
      for (alert, age) in zip(alerts, [20, 30, 10]) {
        try await stores.run(
          "UPDATE delivery_queue SET due_at = clock_timestamp() - interval '\(age) minutes' WHERE alert_id = '\(alert.alertID)'"
        )
      }
      #expect(try await stores.other.lease(2, for: ["ops"]).map(\.alert) == [alerts[1], alerts[0]])
      #expect(try await stores.other.lease(2, for: ["ops"]).map(\.alert) == [alerts[2]])
      #expect(try await stores.other.lease(0, for: ["ops"]).isEmpty)
    }
  }

  @Test func rowsOfReceiversThatANodeDoesNotKnowAreLeft() async throws {
    try await TestDatabase.with { stores in
      _ = try await stores.fire(to: "ops", "boss", "night")
      try await stores.passAnHour()
      #expect(try await stores.other.lease(10, for: []).isEmpty)
      let taken = try await stores.other.lease(10, for: ["boss", "ops"])
      #expect(Set(taken.map(\.planned.target.receiver)) == ["boss", "ops"])
      #expect(
        try await stores.deliveries.lease(10, for: ["night", "boss"]).map(\.planned.target.receiver) == ["night"])
    }
  }

  @Test func ofEachTargetAsManyAreTakenAsAreWanted() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let stored = (0..<6).map { _ in Samples.alert(at: now) }.map {
        StoredAlert(
          alert: $0, tenant: .standard,
          deliveries: [PlannedDelivery($0), PlannedDelivery($0, target: "two"), PlannedDelivery($0, to: "boss")])
      }
      try await stores.alerts.insert(stored)
      try await stores.passAnHour()
      let one = TargetName(receiver: "ops", target: "one")
      let two = TargetName(receiver: "ops", target: "two")
      let wanted = [WantedDeliveries(one, limit: 2), WantedDeliveries(two, limit: 3)]
      let taken = try await stores.other.lease(100, of: wanted).deliveries.map(\.planned.target)
      #expect(taken.filter { $0 == one }.count == 2 && taken.filter { $0 == two }.count == 3 && taken.count == 5)
      #expect(try await stores.other.lease(4, of: [WantedDeliveries(one, limit: 100)]).deliveries.count == 4)
      #expect(try await stores.other.lease(100, of: wanted).deliveries.map(\.planned.target) == [two, two, two])
      #expect(try await stores.other.lease(100, of: wanted + [WantedDeliveries(one, limit: 0)]).deliveries.isEmpty)
    }
  }

  @Test func onlyWhatHasBeenDueForSoLongIsTakenWhereThatIsWanted() async throws {
    try await TestDatabase.with { stores in
      let old = try await stores.fire(to: "ops")
      try await stores.passAnHour()
      let new = try await stores.fire(to: "ops")
      try await stores.deliveries.release([PlannedDelivery(new).id], afterMilliseconds: 0)
      let target = PlannedDelivery(old).target
      let overdue = [WantedDeliveries(target, limit: 10, overdueMilliseconds: 600_000)]
      let taken = try await stores.other.lease(10, of: overdue)
      #expect(taken.deliveries.map(\.alert) == [old] && taken.counts == [target: 1])
      #expect(try await stores.other.lease(10, for: ["ops"]).map(\.alert) == [new])
    }
  }

  /// A URL was corrected: what waits for the old one is due at the new one, unless that has it already.
  @Test func whatIsHeldIsGivenToAnotherTarget() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      _ = try await stores.apply(.resolve, to: alert, telling: "ops")
      let both = Samples.alert(at: try await stores.now())
      try await stores.alerts.insert([
        StoredAlert(
          alert: both, tenant: .standard, deliveries: [PlannedDelivery(both), PlannedDelivery(both, target: "new")])
      ])
      try await stores.passAnHour()
      let taken = try await stores.other.lease(10, for: ["ops"]).filter { $0.planned.target.target == "one" }
      #expect(taken.count == 2)
      let new = TargetName(receiver: "ops", target: "new")
      let moved = try await stores.other.retarget(taken, to: new, told: [.fired, .resolved])
      let fired = PlannedDelivery(alert).id
      let resolved = PlannedDelivery(alert, .resolved).id
      #expect(moved == [fired, resolved])
      let rows = try await stores.deliveries.deliveries(DeliveryQuery(alertID: alert.alertID), tenant: .standard)
      #expect(rows.allSatisfy { $0.planned.target == new && $0.state == .pending && $0.lockedBy == nil })
      #expect(try await stores.row(PlannedDelivery(both)).planned.target.target == "one")
      // In their order, and under their ids.
      let next = try await stores.deliveries.lease(10, of: [WantedDeliveries(new, limit: 10)]).deliveries
      #expect(next.map(\.planned.id) == [fired])
    }
  }

  @Test func whatWaitsIsLeasedByNobodyAndDueAtOnce() async throws {
    try await TestDatabase.with { stores in
      let alert = Samples.alert(at: try await stores.now())
      var waiting = PlannedDelivery(alert)
      waiting.waits = true
      let leased = PlannedDelivery(alert, to: "boss")
      try await stores.alerts.insert([StoredAlert(alert: alert, tenant: .standard, deliveries: [waiting, leased])])
      let states = try await stores.deliveries.deliveries(DeliveryQuery(), tenant: .standard)
      #expect(states.first { $0.planned.target == waiting.target }?.state == .pending)
      #expect(states.first { $0.planned.target == leased.target }?.state == .sending)
      #expect(try await stores.other.lease(10, for: ["ops", "boss"]).map(\.planned.id) == [waiting.id])
    }
  }

  @Test func aStepOfACauseIsLeasedAndReadAsItWasPlanned() async throws {
    try await TestDatabase.with { stores in
      let alert = Samples.alert(at: try await stores.now())
      var planned = PlannedDelivery(alert, DeliveryCause(.fallback, step: 12))
      planned.waits = true
      try await stores.alerts.insert([StoredAlert(alert: alert, tenant: .standard, deliveries: [planned])])
      #expect(try await stores.row(planned).planned.cause == DeliveryCause(.fallback, step: 12))
      #expect(try await stores.other.lease(10, for: ["ops"]).map(\.planned.cause.step) == [12])
      // What is no step leaves the row to a newer release.
      for cause in ["fallback:0", "fallback:x", "later:1"] {
        try await stores.run("UPDATE delivery_queue SET cause = '\(cause)', due_at = '-infinity'")
        #expect(try await stores.other.lease(10, for: ["ops"]).isEmpty)
      }
    }
  }

  @Test func targetsThatSomethingWaitsForAreFoundEachOnce() async throws {
    try await TestDatabase.with { stores in
      #expect(try await stores.deliveries.queuedTargets().isEmpty)
      let now = try await stores.now()
      let names = [("a", "x"), ("a", "y"), ("a/b", "x"), ("b", "x")]
      for _ in 0..<3 {
        let alert = Samples.alert(at: now)
        let planned = names.map { PlannedDelivery(alert, to: $0.0, target: $0.1) }
        try await stores.alerts.insert([StoredAlert(alert: alert, tenant: .standard, deliveries: planned)])
      }
      #expect(
        try await stores.deliveries.queuedTargets() == names.map { TargetName(receiver: $0.0, target: $0.1) })
    }
  }

  /// A target that has not answered for long, with all that waits for it, costs the others nothing.
  @Test func whatWaitsForOneTargetIsNotReadForAnother() async throws {
    try await TestDatabase.with { stores in
      try await stores.run(
        """
        INSERT INTO delivery_queue (delivery_id, tenant, alert_id, cause, sequence, receiver, target, channel, state,
          due_at)
        SELECT gen_random_uuid(), 'default', gen_random_uuid(), 'fired', 0, 'dead', 'one', 'webhook', 'pending',
          clock_timestamp() - interval '1 hour'
        FROM generate_series(1, 20000)
        """)
      try await stores.run("ANALYZE delivery_queue")
      let alert = Samples.alert(at: try await stores.now())
      var planned = PlannedDelivery(alert)
      planned.waits = true
      try await stores.alerts.insert([StoredAlert(alert: alert, tenant: .standard, deliveries: [planned])])
      let wanted = [WantedDeliveries(planned.target, limit: 100)]
      #expect(try await stores.other.lease(1000, of: wanted).deliveries.map(\.planned.id) == [planned.id])
      let explain = PostgresStatement("EXPLAIN (ANALYZE) \(LeaseStatements.take.sql)", name: "explain.take")
      let parameters: [PostgresValue] = [
        .int8(1000), .textArray(["ops"]), .textArray(["one"]), .int8Array([100]), .int8Array([0]), .text("node"),
        .int8(1_000_000),
      ]
      let plan = try await stores.pool.execute(explain, parameters).rows.map { try $0.text(0) }
      let read = plan.filter { $0.contains("actual time") }.compactMap { line in
        line.split(separator: "rows=").last?.split(separator: " ").first.flatMap { Int($0) }
      }
      #expect(read.count > 5 && read.allSatisfy { $0 < 1000 }, "\(plan.joined(separator: "\n"))")
      #expect(plan.contains { $0.contains("delivery_queue_target") }, "\(plan.joined(separator: "\n"))")
    }
  }

  @Test func ofEightTakersEachRowHasOne() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let stored = (0..<300).map { _ in Samples.alert(at: now) }.map {
        StoredAlert(alert: $0, tenant: .standard, deliveries: [PlannedDelivery($0)])
      }
      try await stores.alerts.insert(stored)
      try await stores.passAnHour()
      let taken = try await withThrowingTaskGroup(of: [DeliveryID].self) { group in
        for taker in 0..<8 {
          group.addTask {
            let store = taker % 2 == 0 ? stores.deliveries : stores.other
            var taken: [DeliveryID] = []
            while true {
              let some = try await store.lease(7, for: ["ops"])
              // Others may hold what is left at this moment; each row belongs to one of them.
              if some.isEmpty { return taken }
              taken += some.map(\.planned.id)
            }
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(taken.count == 300)
      #expect(Set(taken) == Set(stored.map { PlannedDelivery($0.alert).id }))
    }
  }

  @Test func ageAndAttemptsComeWithTheRow() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      _ = try await stores.deliveries.complete([PlannedDelivery(alert).retry()])
      try await stores.run("UPDATE delivery_queue SET patience_from = patience_from - interval '2 hours'")
      #expect(try await stores.other.lease(10, for: ["ops"]).isEmpty)
      try await stores.passAnHour()
      let taken = try #require(try await stores.other.lease(10, for: ["ops"]).first)
      #expect(taken.attempts == 1)
      #expect((7_200_000..<7_260_000).contains(taken.ageMilliseconds))
    }
  }

  @Test func aRowWhoseAlertIsGoneIsGivenUp() async throws {
    try await TestDatabase.with { stores in
      let gone = try await stores.fire(to: "ops")
      let alert = try await stores.fire(to: "ops")
      try await stores.run("DELETE FROM alerts WHERE alert_id = '\(gone.alertID)'")
      try await stores.passAnHour()
      #expect(try await stores.other.lease(10, for: ["ops"]).map(\.alert) == [alert])
      let row = try await stores.row(PlannedDelivery(gone))
      #expect(row.state == .dead && row.lastError == "the alert is gone")
      #expect(row.dueAt == nil && row.lockedBy == nil && row.finishedAt != nil)
    }
  }

  @Test func onlyTheEarliestUnfinishedOfAnAlertAndATargetIsLeased() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops", "boss")
      let fired = PlannedDelivery(alert)
      _ = try await stores.apply(.acknowledge, to: alert, telling: "ops")
      _ = try await stores.apply(.resolve, to: alert, telling: "ops", "boss")
      try await stores.passAnHour()
      // The other target's row is not in the way, and this one's not in the other's.
      let first = try await stores.other.lease(10, for: ["ops", "boss"]).map(\.planned)
      #expect(Set(first) == [fired, PlannedDelivery(alert, to: "boss")])
      _ = try await stores.other.complete([fired.retry()])
      #expect(try await stores.other.lease(10, for: ["ops"]).isEmpty)
      try await stores.passAnHour()
      #expect(try await stores.other.lease(10, for: ["ops"]).map(\.planned) == [fired])
      _ = try await stores.other.complete([fired.result()])
      #expect(try await stores.other.lease(10, for: ["ops"]).map(\.planned.cause) == [.resolved])
    }
  }

  @Test func aLeaseIsRenewedByWhoHoldsItAlone() async throws {
    try await TestDatabase.with { stores in
      let alerts = [
        try await stores.fire(to: "ops"), try await stores.fire(to: "ops"), try await stores.fire(to: "ops"),
      ]
      let ids = alerts.map { PlannedDelivery($0).id }
      try await stores.passAnHour()
      _ = try await stores.other.lease(1, for: ["ops"])
      _ = try await stores.deliveries.complete([PlannedDelivery(alerts[1]).result()])
      // Run out, but nobody else took it: it is this node's still.
      #expect(try await stores.deliveries.renew(ids) == [ids[2]])
      #expect(try await stores.other.renew(ids) == [ids[0]])
      #expect(try await stores.other.lease(10, for: ["ops"]).isEmpty)
      #expect(try await stores.deliveries.renew([]).isEmpty)
      let due = try #require(try await stores.row(PlannedDelivery(alerts[2])).dueAt)
      #expect(try await due > stores.now().advanced(by: 20_000))
    }
  }

  @Test func whatIsReleasedIsForAnybodyAfterThatTime() async throws {
    try await TestDatabase.with { stores in
      let alerts = [
        try await stores.fire(to: "ops"), try await stores.fire(to: "ops"), try await stores.fire(to: "ops"),
      ]
      let ids = alerts.map { PlannedDelivery($0).id }
      _ = try await stores.deliveries.complete([PlannedDelivery(alerts[1]).retry()])
      try await stores.run(
        "UPDATE delivery_queue SET due_at = clock_timestamp() WHERE alert_id = '\(alerts[1].alertID)'")
      #expect(try await stores.deliveries.lease(1, for: ["ops"]).map(\.alert) == [alerts[1]])
      try await stores.deliveries.release([ids[0], ids[1]], afterMilliseconds: 0)
      // Not this node's.
      try await stores.other.release([ids[2]], afterMilliseconds: 0)
      try await stores.deliveries.release([], afterMilliseconds: 0)
      #expect(try await stores.row(PlannedDelivery(alerts[0])).state == .pending)
      #expect(try await stores.row(PlannedDelivery(alerts[1])).state == .retrying)
      #expect(try await stores.row(PlannedDelivery(alerts[2])).state == .sending)
      #expect(Set(try await stores.other.lease(10, for: ["ops"]).map(\.planned.id)) == [ids[0], ids[1]])
      try await stores.other.release([ids[0]], afterMilliseconds: 600_000)
      #expect(try await stores.other.lease(10, for: ["ops"]).isEmpty)
      let due = try #require(try await stores.row(PlannedDelivery(alerts[0])).dueAt)
      #expect(try await due > stores.now().advanced(by: 500_000))
    }
  }
}
