import Testing
import TocsinCore

@testable import TocsinPostgres

/// What acknowledging and resolving do to deliveries.
@Suite struct DeliveryFollowerTests {
  /// Whoever replays a firing wants it to be sent, whatever became of its alert.
  @Test func theFiringOfAResolvedAlertThatIsReplayedIsTakenUp() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      try await stores.deliveries.release([PlannedDelivery(alert).id], afterMilliseconds: 0)
      _ = try await stores.apply(.resolve, to: alert, telling: "ops")
      #expect(try await stores.states(alert) == ["fired ops": .cancelled])
      let replayed = try await stores.deliveries.replay(
        DeliveryQuery(state: .cancelled), limit: 10, tenant: .standard)
      #expect(replayed.count == 1)
      #expect(replayed.alerts == [AlertKey(tenant: .standard, id: alert.alertID)])
      #expect(try await stores.other.lease(10, for: ["ops"]).map(\.planned) == [PlannedDelivery(alert)])
    }
  }

  /// The alert was resolved while a node held the firing's lease, and its attempt got nowhere.
  @Test func theFiringOfAResolvedAlertIsCancelledWhenItIsTakenUp() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops", "boss")
      _ = try await stores.apply(.acknowledge, to: alert, telling: "ops")
      _ = try await stores.apply(.resolve, to: alert, telling: "ops", "boss")
      let untold = PlannedDelivery(alert).id
      try await stores.deliveries.release([untold], afterMilliseconds: 0)
      // The other one's lease runs out: it may have been told.
      try await stores.passAnHour()
      let wanted = try await stores.other.queuedTargets().map { WantedDeliveries($0, limit: 10) }
      let taken = try await stores.other.lease(10, of: wanted)
      #expect(taken.deliveries.map(\.planned) == [PlannedDelivery(alert, to: "boss")])
      #expect(taken.cancelled == [AlertKey(tenant: .standard, id: alert.alertID)])
      #expect(taken.counts.values.reduce(0, +) == 2)
      #expect(
        try await stores.states(alert) == [
          "fired ops": .cancelled, "acknowledged ops": .cancelled, "resolved ops": .cancelled,
          "fired boss": .sending, "resolved boss": .pending,
        ])
      #expect(try await stores.number("SELECT count(*) FROM deliveries WHERE finished_at IS NOT NULL") == 3)
    }
  }

  @Test func whoWasToldIsToldOfTheChangeAtOnce() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      _ = try await stores.deliveries.complete([PlannedDelivery(alert).result()])
      let applied = try await stores.apply(.acknowledge, to: alert, telling: "ops", "stranger")
      #expect(applied.leased == [PlannedDelivery(alert, .acknowledged)])
      #expect(applied.alert.acknowledgement?.by == "ana" && applied.alert.notificationStatus == ["slack": true])
      let row = try await stores.row(PlannedDelivery(alert, .acknowledged))
      #expect(row.state == .sending && row.lockedBy == "a")
      #expect(try await stores.states(alert) == ["fired ops": .delivered, "acknowledged ops": .sending])
      // How the news of a change fares is not part of the status.
      #expect(try await stores.deliveries.complete([PlannedDelivery(alert, .acknowledged).dead()]) == [])
      #expect(try await stores.status(alert) == ["slack": true])
    }
  }

  @Test func whoIsBeingToldHearsOfTheChangeAfterwards() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops", "boss")
      _ = try await stores.deliveries.complete([PlannedDelivery(alert, to: "boss").retry()])
      let applied = try await stores.apply(.acknowledge, to: alert, telling: "ops", "boss")
      #expect(applied.leased == [] && applied.change != nil)
      let states = try await stores.states(alert)
      #expect(states["acknowledged ops"] == .pending && states["acknowledged boss"] == .pending)
      #expect(try await stores.other.lease(10, for: ["ops", "boss"]).isEmpty)
      _ = try await stores.deliveries.complete([PlannedDelivery(alert).result()])
      #expect(try await stores.other.lease(10, for: ["ops", "boss"]).map(\.planned) == [.init(alert, .acknowledged)])
    }
  }

  @Test func aResolutionCancelsWhatNobodyCanHaveSeen() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "waiting", "failed", "perhaps", "sending", "told", "dead", "lost")
      func planned(_ receiver: String) -> PlannedDelivery { PlannedDelivery(alert, to: receiver) }
      try await stores.deliveries.release([planned("waiting").id], afterMilliseconds: 0)
      _ = try await stores.deliveries.complete([
        planned("failed").retry(), planned("perhaps").retry(mayHaveArrived: true), planned("told").result(),
        planned("dead").dead(), planned("lost").dead(mayHaveArrived: true),
      ])
      _ = try await stores.apply(.acknowledge, to: alert, telling: "failed", "told", "dead")
      let told = ["waiting", "failed", "perhaps", "sending", "told", "dead", "lost", "stranger"]
      let applied = try await stores.alerts.apply(.resolve, to: alert.alertID, by: nil, tenant: .standard) { changed in
        told.map { PlannedDelivery(changed, .resolved, to: $0) }
      }
      #expect(
        try await stores.states(alert) == [
          "fired waiting": .cancelled, "fired failed": .cancelled, "acknowledged failed": .cancelled,
          "fired perhaps": .retrying, "resolved perhaps": .pending,
          "fired sending": .sending, "resolved sending": .pending,
          "fired told": .delivered, "acknowledged told": .sending, "resolved told": .pending,
          "fired dead": .dead, "fired lost": .dead, "resolved lost": .sending,
        ])
      #expect(applied?.leased == [PlannedDelivery(alert, .resolved, to: "lost")])
      let row = try await stores.row(planned("waiting"))
      #expect(row.finishedAt != nil && row.dueAt == nil && row.lockedBy == nil)
    }
  }

  @Test func whatWasCancelledSaysNothing() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops", "boss")
      _ = try await stores.deliveries.complete([
        PlannedDelivery(alert).result(), PlannedDelivery(alert, to: "boss").retry(),
      ])
      #expect(try await stores.status(alert) == [:])
      let applied = try await stores.apply(.resolve, to: alert)
      #expect(applied.alert.notificationStatus == ["slack": true] && applied.alert.resolution != nil)
      #expect(try await stores.status(alert) == ["slack": true])
    }
  }

  /// Its node may have died after it had sent it.
  @Test func aRowWhoseLeaseRanOutMayHaveArrived() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      try await stores.passAnHour()
      _ = try await stores.other.lease(1, for: ["ops"])
      try await stores.other.release([PlannedDelivery(alert).id], afterMilliseconds: 0)
      _ = try await stores.apply(.resolve, to: alert, telling: "ops")
      #expect(try await stores.states(alert) == ["fired ops": .pending, "resolved ops": .pending])
    }
  }

  @Test func theWholeStoryComesInItsOrder() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      _ = try await stores.deliveries.complete([PlannedDelivery(alert).retry(mayHaveArrived: true)])
      _ = try await stores.apply(.acknowledge, to: alert, telling: "ops")
      _ = try await stores.apply(.resolve, to: alert, telling: "ops")
      try await stores.passAnHour()
      var causes: [DeliveryCause] = []
      while let taken = try await stores.other.lease(10, for: ["ops"]).first {
        causes.append(taken.planned.cause)
        #expect(taken.alert.resolution != nil)
        #expect(try await stores.deliveries.lease(10, for: ["ops"]).isEmpty)
        _ = try await stores.other.complete([taken.planned.result()])
      }
      // Nobody had sent the acknowledgement when the alert was resolved.
      #expect(causes == [.fired, .resolved])
    }
  }

  @Test func ofManyAtOnceOneIsAppliedAndTold() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      _ = try await stores.deliveries.complete([PlannedDelivery(alert).result()])
      let results = try await withThrowingTaskGroup(of: AppliedAction.self) { group in
        for _ in 0..<30 { group.addTask { try await stores.apply(.acknowledge, to: alert, telling: "ops") } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.count { $0.change != nil } == 1)
      #expect(results.flatMap(\.leased) == [PlannedDelivery(alert, .acknowledged)])
    }
  }

  @Test func nobodyIsAskedWhereNobodyWasTold() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire()
      let applied = try await stores.alerts.apply(.resolve, to: alert.alertID, by: nil, tenant: .standard) { alert in
        Issue.record("the plan was asked for")
        return [PlannedDelivery(alert, .resolved)]
      }
      #expect(applied?.change != nil && applied?.leased == [])
    }
  }
}
