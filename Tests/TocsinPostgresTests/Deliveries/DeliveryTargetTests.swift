import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct DeliveryTargetTests {
  @Test func whatNoNodeKnowsIsGivenUpAfterThatTime() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "known", "elsewhere", "unknown", "late")
      try await stores.passAnHour()
      try await stores.run(
        "UPDATE delivery_queue SET due_at = clock_timestamp() - interval '1 minute' WHERE receiver = 'late'")
      #expect(try await stores.other.reportReceivers(["elsewhere"], unknownAfterMilliseconds: 7_200_000).count == 0)
      #expect(try await stores.deliveries.reportReceivers(["known"], unknownAfterMilliseconds: 600_000).count == 1)
      #expect(
        try await stores.states(alert) == [
          "fired known": .sending, "fired elsewhere": .sending, "fired unknown": .dead, "fired late": .sending,
        ])
      let row = try await stores.row(PlannedDelivery(alert, to: "unknown"))
      #expect(row.lastError == "no node knows this receiver" && row.finishedAt != nil && row.dueAt == nil)
      #expect(try await stores.status(alert) == [:])

      // The other node has not said it for an hour.
      try await stores.run("UPDATE known_receivers SET seen_at = seen_at - interval '1 hour'")
      #expect(try await stores.deliveries.reportReceivers(["known"], unknownAfterMilliseconds: 600_000).count == 1)
      #expect(try await stores.states(alert)["fired elsewhere"] == .dead)
      #expect(try await stores.deliveries.reportReceivers([], unknownAfterMilliseconds: 600_000).count == 0)
    }
  }

  @Test func nodesThatReportTogetherDoNotWaitInACircle() async throws {
    try await TestDatabase.with { stores in
      let names = (0..<50).map { "receiver \($0)" }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<20 {
          group.addTask {
            _ = try await stores.deliveries.reportReceivers(names.shuffled() + names, unknownAfterMilliseconds: 1000)
          }
        }
        try await group.waitForAll()
      }
      #expect(try await stores.number("SELECT count(*) FROM known_receivers") == 50)
    }
  }

  @Test func aTargetIsDisabledForAllUntilItIsEnabled() async throws {
    try await TestDatabase.with { stores in
      let target = TargetName(receiver: "ops", target: "webhook-1")
      #expect(try await stores.other.disabledTargets().isEmpty)
      try await stores.deliveries.disable(target, reason: "gone\u{0} (410)")
      try await stores.deliveries.disable(target, reason: "again")
      try await stores.deliveries.disable(TargetName(receiver: "ops", target: "webhook-2"), reason: "too")
      #expect(try await stores.other.disabledTargets().count == 2)
      #expect(try await stores.other.disabledTargets()[target] == "gone (410)")
      try await stores.other.disable(target, reason: nil)
      try await stores.other.disable(target, reason: nil)
      #expect(try await stores.deliveries.disabledTargets().keys.map(\.target) == ["webhook-2"])
    }
  }

  @Test func theBacklogIsWhatIsUnfinishedAndWhatWasGivenUp() async throws {
    try await TestDatabase.with { stores in
      #expect(
        try await stores.deliveries.backlog() == DeliveryBacklog(unfinished: 0, dead: 0, oldestMilliseconds: 0))
      let alert = try await stores.fire(to: "a", "b", "c", "d", "e")
      try await stores.run("UPDATE delivery_queue SET patience_from = patience_from - interval '1 hour'")
      _ = try await stores.fire(to: "a")
      _ = try await stores.deliveries.complete([
        PlannedDelivery(alert, to: "a").result(), PlannedDelivery(alert, to: "b").dead(),
        PlannedDelivery(alert, to: "c").retry(),
      ])
      let backlog = try await stores.deliveries.backlog()
      #expect(backlog.unfinished == 4 && backlog.dead == 1)
      #expect((3_600_000..<3_660_000).contains(backlog.oldestMilliseconds))
    }
  }
}
