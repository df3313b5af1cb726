import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct DeliveryFallbackTests {
  @Test func aFallbackIsDueAtOnceForAnybody() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      let fallback = PlannedDelivery(alert, .fallback, to: "night", channel: .email)
      let settled = try await stores.deliveries.complete([PlannedDelivery(alert).dead(fallbacks: [fallback])])
      #expect(settled.map(\.status) == [["slack": false]])
      #expect(try await stores.row(fallback).state == .pending)
      #expect(try await stores.other.lease(10, for: ["night"]).map(\.planned) == [fallback])
      #expect(try await stores.other.complete([fallback.result()]).map(\.status) == [["slack": false, "email": true]])
    }
  }

  @Test func aChannelWaitsForItsFallback() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops", "boss")
      _ = try await stores.deliveries.complete([PlannedDelivery(alert).result()])
      let fallback = PlannedDelivery(alert, .fallback, to: "night")
      // By the same channel: one is delivered, one dead, and one to come.
      #expect(
        try await stores.deliveries.complete([PlannedDelivery(alert, to: "boss").dead(fallbacks: [fallback])]) == [])
      #expect(try await stores.status(alert) == [:])
      _ = try await stores.other.lease(1, for: ["night"])
      #expect(try await stores.other.complete([fallback.result()]).map(\.status) == [["slack": false]])
    }
  }

  @Test func aFallbackOfManyIsAddedOnce() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "a", "b", "c", "d")
      let fallbacks = ["x", "y"].map { PlannedDelivery(alert, .fallback, to: $0) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (number, receiver) in ["a", "b", "c", "d"].enumerated() {
          group.addTask {
            let planned = PlannedDelivery(alert, to: receiver)
            let order = number % 2 == 0 ? fallbacks : fallbacks.reversed()
            _ = try await stores.deliveries.complete([planned.dead(fallbacks: order)])
          }
        }
        try await group.waitForAll()
      }
      let states = try await stores.states(alert)
      #expect(states.count == 6 && states["fallback x"] == .pending && states["fallback y"] == .pending)
    }
  }

  @Test func aFallbackMayComeWithARetryAndAgainWithTheNext() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      let fallback = PlannedDelivery(alert, .fallback, to: "night")
      _ = try await stores.deliveries.complete([PlannedDelivery(alert).retry(fallbacks: [fallback])])
      _ = try await stores.other.lease(1, for: ["night"])
      _ = try await stores.other.complete([fallback.result()])
      try await stores.passAnHour()
      _ = try await stores.deliveries.lease(1, for: ["ops"])
      _ = try await stores.deliveries.complete([PlannedDelivery(alert).dead(fallbacks: [fallback])])
      #expect(try await stores.states(alert) == ["fired ops": .dead, "fallback night": .delivered])
    }
  }

  @Test func whoWasToldAnywayIsNoFallback() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops", "night")
      let fallback = PlannedDelivery(alert, .fallback, to: "night")
      _ = try await stores.deliveries.complete([PlannedDelivery(alert).dead(fallbacks: [fallback])])
      #expect(try await stores.states(alert) == ["fired ops": .dead, "fired night": .sending])
    }
  }

  @Test func aResolvedAlertHasNoFallbacks() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      let open = try await stores.fire(to: "ops")
      let gone = try await stores.fire(to: "ops")
      _ = try await stores.apply(.resolve, to: alert)
      try await stores.run("DELETE FROM alerts WHERE alert_id = '\(gone.alertID)'")
      _ = try await stores.deliveries.complete(
        [alert, open, gone].map {
          PlannedDelivery($0).dead(fallbacks: [PlannedDelivery($0, .fallback, to: "night")])
        })
      #expect(try await stores.states(alert) == ["fired ops": .dead])
      #expect(try await stores.states(gone) == ["fired ops": .dead])
      #expect(try await stores.states(open) == ["fired ops": .dead, "fallback night": .pending])
    }
  }

  /// Whichever comes first: a resolved alert has no fallback that waits.
  @Test func resolvingAndFallingBackAtOnce() async throws {
    try await TestDatabase.with { stores in
      for _ in 0..<20 {
        let alert = try await stores.fire(to: "ops")
        let fallback = PlannedDelivery(alert, .fallback, to: "night")
        async let settled = stores.deliveries.complete([PlannedDelivery(alert).dead(fallbacks: [fallback])])
        async let applied = stores.apply(.resolve, to: alert, telling: "ops", "night")
        _ = try await (settled, applied)
        let states = try await stores.states(alert)
        #expect(states["fallback night"] == nil || states["fallback night"] == .cancelled)
        #expect(states["resolved night"] == nil)
      }
    }
  }
}
