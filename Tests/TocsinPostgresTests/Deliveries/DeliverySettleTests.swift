import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct DeliverySettleTests {
  @Test func deliveredRetriedAndGivenUp() async throws {
    try await TestDatabase.with { stores in
      let before = try await stores.now()
      let alert = try await stores.fire(to: "ops", "boss", "night")
      let planned = ["ops", "boss", "night"].map { PlannedDelivery(alert, to: $0) }
      _ = try await stores.deliveries.complete([planned[0].result(), planned[1].retry(), planned[2].dead()])
      let after = try await stores.now()

      let delivered = try await stores.row(planned[0])
      #expect(delivered.state == .delivered && delivered.attempts == 1 && delivered.lastError == nil)
      #expect(delivered.dueAt == nil && delivered.lockedBy == nil)
      #expect((before...after).contains(try #require(delivered.finishedAt)))
      let attempt = try #require(delivered.history.first)
      #expect((before...after).contains(attempt.at))
      #expect(
        attempt
          == Delivery.Attempt(
            number: 1, at: attempt.at, node: "a", outcome: "delivered", status: 200, milliseconds: 12, error: nil))

      let retried = try await stores.row(planned[1])
      #expect(retried.state == .retrying && retried.attempts == 1 && retried.lastError == "no answer")
      #expect(retried.lockedBy == nil && retried.finishedAt == nil)
      let due = try #require(retried.dueAt)
      #expect((before.advanced(by: 60_000)...after.advanced(by: 60_000)).contains(due))
      #expect(retried.history.map(\.outcome) == ["retryable"] && retried.history.first?.error == "no answer")

      let dead = try await stores.row(planned[2])
      #expect(dead.state == .dead && dead.lastError == "not found" && dead.finishedAt != nil && dead.dueAt == nil)
      #expect(dead.history.first?.status == 404 && dead.history.first?.outcome == "permanent")
      #expect(try await stores.deliveries.complete([]) == [])
    }
  }

  @Test func theHistoryKeepsTheNewestAttempts() async throws {
    try await TestDatabase.with { stores in
      let planned = PlannedDelivery(try await stores.fire(to: "ops"))
      for attempt in 1...25 {
        if attempt > 1 {
          try await stores.passAnHour()
          #expect(try await stores.deliveries.lease(1, for: ["ops"]).first?.attempts == attempt - 1)
        }
        _ = try await stores.deliveries.complete([planned.retry()])
      }
      let row = try await stores.row(planned)
      #expect(row.attempts == 25 && row.history.map(\.number) == Array(6...25))
    }
  }

  @Test func onlyADeliveryCountsOnceTheLeaseIsLost() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops", "boss")
      let (ops, boss) = (PlannedDelivery(alert), PlannedDelivery(alert, to: "boss"))
      try await stores.passAnHour()
      _ = try await stores.other.lease(10, for: ["ops", "boss"])
      let late = try await stores.deliveries.complete([
        ops.retry(), boss.dead(fallbacks: [.init(alert, .fallback, to: "x")]),
      ])
      #expect(late == [])
      #expect(try await stores.states(alert) == ["fired ops": .sending, "fired boss": .sending])
      #expect(try await stores.row(ops).attempts == 0)

      _ = try await stores.deliveries.complete([ops.result()])
      #expect(try await stores.row(ops).state == .delivered)
      // The other node's attempt ends later: it is final already.
      #expect(try await stores.other.complete([ops.dead()]) == [])
      #expect(try await stores.other.complete([ops.result()]) == [])
      #expect(try await stores.row(ops).attempts == 1)
      #expect(try await stores.row(ops).state == .delivered)
    }
  }

  @Test func aRowThatWasReleasedIsNobodysToFail() async throws {
    try await TestDatabase.with { stores in
      let planned = PlannedDelivery(try await stores.fire(to: "ops"))
      try await stores.deliveries.release([planned.id], afterMilliseconds: 0)
      _ = try await stores.deliveries.complete([planned.retry()])
      #expect(try await stores.row(planned).state == .pending)
    }
  }

  @Test func theStatusIsGivenWhereItChanged() async throws {
    try await TestDatabase.with { stores in
      let alert = Samples.alert(at: try await stores.now())
      let planned = [
        PlannedDelivery(alert, target: "one"), PlannedDelivery(alert, target: "two"),
        PlannedDelivery(alert, to: "boss", channel: .email),
      ]
      try await stores.alerts.insert([StoredAlert(alert: alert, tenant: .standard, deliveries: planned)])
      #expect(try await stores.status(alert) == [:])
      func settled(_ status: NotificationStatus) -> [StatusChange] {
        [StatusChange(alertID: alert.alertID, tenant: .standard, status: status)]
      }
      // The second one by Slack is under way still.
      #expect(try await stores.deliveries.complete([planned[0].result()]) == [])
      #expect(try await stores.deliveries.complete([planned[2].dead()]) == settled(["email": false]))
      #expect(try await stores.status(alert) == ["email": false])
      #expect(try await stores.deliveries.complete([planned[1].retry()]) == [])
      try await stores.passAnHour()
      _ = try await stores.deliveries.lease(1, for: ["ops"])
      #expect(try await stores.deliveries.complete([planned[1].result()]) == settled(["email": false, "slack": true]))
      #expect(try await stores.status(alert) == ["email": false, "slack": true])
    }
  }

  @Test func ofResultsForOneAlertAtOnceTheLastOneHasTheWholeStatus() async throws {
    try await TestDatabase.with { stores in
      for _ in 0..<20 {
        let alert = try await stores.fire(to: "a", "b", "c", "d")
        let settled = try await withThrowingTaskGroup(of: [StatusChange].self) { group in
          for receiver in ["a", "b", "c", "d"] {
            group.addTask { try await stores.deliveries.complete([PlannedDelivery(alert, to: receiver).result()]) }
          }
          return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(settled == [StatusChange(alertID: alert.alertID, tenant: .standard, status: ["slack": true])])
      }
    }
  }

  @Test func manyResultsAreOneCall() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let tenants = [Tenant.standard, Tenant(rawValue: "other")]
      let stored = (0..<500).map { number in
        let alert = Samples.alert(at: now.advanced(by: Int64(-number * 7_200_000)))
        return StoredAlert(alert: alert, tenant: tenants[number % 2], deliveries: [PlannedDelivery(alert)])
      }
      try await stores.alerts.insert(stored)
      let results = stored.map { alert in
        var result = alert.deliveries[0].result()
        result.tenant = alert.tenant
        return result
      }
      let settled = try await stores.deliveries.complete(results.shuffled())
      #expect(Set(settled.map(\.alertID)) == Set(stored.map(\.alert.alertID)))
      #expect(settled.count { $0.tenant == .standard } == 250)
      #expect(try await stores.number("SELECT count(*) FROM deliveries WHERE state = 'delivered'") == 500)
    }
  }

  @Test func whatAnotherServerSaidNeverSpoilsTheBatch() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      let failure = DeliveryFailure("said a\u{0}b \u{1F4A5}")
      _ = try await stores.deliveries.complete([
        PlannedDelivery(alert).result(.retryable(failure), .dead("given up: said a\u{0}b"))
      ])
      let row = try await stores.row(PlannedDelivery(alert))
      #expect(row.lastError == "given up: said ab" && row.history.first?.error == "said ab \u{1F4A5}")
    }
  }

  /// Who has a mail already is known to the next attempt on any node, also after a replay.
  @Test func theProgressGoesWithTheDelivery() async throws {
    try await TestDatabase.with { stores in
      let planned = PlannedDelivery(try await stores.fire(to: "ops"))
      func retry(_ reached: String...) -> DeliveryResult {
        var result = planned.retry(mayHaveArrived: true)
        result.progress = DeliveryProgress(reached: Set(reached), refused: ["c"])
        return result
      }
      func taken() async throws -> LeasedDelivery? {
        try await stores.passAnHour()
        return try await stores.deliveries.lease(1, for: ["ops"]).first
      }
      for attempt in 1...25 {
        _ = try await stores.deliveries.complete([attempt == 1 ? retry("a") : retry("a", "b")])
        let reached: Set = attempt == 1 ? ["a"] : ["a", "b"]
        #expect(try await taken()?.progress == DeliveryProgress(reached: reached, refused: ["c"]))
      }
      // Only the newest attempt has it: a list of thousands is not kept twenty times.
      #expect(
        try await stores.number(
          "SELECT count(*) FROM delivery_queue, jsonb_array_elements(history) entry WHERE entry ? 'progress'") == 1)
      let query = DeliveryQuery(id: planned.id)
      var dead = planned.dead()
      dead.progress = DeliveryProgress(reached: ["a", "b"])
      _ = try await stores.deliveries.complete([dead])
      #expect(try await stores.deliveries.replay(query, limit: 1, tenant: .standard).count == 1)
      #expect(try await taken()?.progress.reached == ["a", "b"])
      // What has arrived, and is replayed by name, goes to everybody.
      _ = try await stores.deliveries.complete([planned.result()])
      #expect(try await stores.deliveries.replay(query, limit: 1, tenant: .standard).count == 1)
      #expect(try await taken()?.progress == DeliveryProgress())
    }
  }

  @Test(arguments: ["5", "{}", "{\"reached\": 7}", "{\"reached\": [1, \"a\"]}"])
  func progressThatCannotBeReadIsNone(_ stored: String) async throws {
    try await TestDatabase.with { stores in
      let planned = PlannedDelivery(try await stores.fire(to: "ops"))
      _ = try await stores.deliveries.complete([planned.retry()])
      try await stores.run("UPDATE delivery_queue SET history = '[{\"progress\": \(stored)}]'")
      try await stores.passAnHour()
      let taken = try await stores.deliveries.lease(1, for: ["ops"])
      #expect(taken.count == 1 && taken[0].progress.refused.isEmpty)
    }
  }
}
