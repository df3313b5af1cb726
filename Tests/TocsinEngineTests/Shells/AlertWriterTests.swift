import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct AlertWriterTests {
  private func alert(_ node: TestNode, _ campaign: String = "c1") -> StoredAlert {
    StoredAlert(alert: .sample(at: node.clock.timestamp, campaign: campaign), tenant: .standard)
  }

  @Test func aWrittenAlertIsInPostgres() async throws {
    let node = TestNode()
    try await node.serving { () async throws in
      let alert = self.alert(node)
      #expect(await node.engine.writer.write([alert]) == .written(refused: [:]))
      #expect(node.servers.postgres.alerts == [alert])
      // Writing it again is right, and changes nothing.
      #expect(await node.engine.writer.write([alert]) == .written(refused: [:]))
      #expect(node.stored == [alert.alert.alertID])
    }
  }

  @Test func aCallerWaitsNoLongerThanItsPatience() async throws {
    let node = TestNode()
    try await node.serving { () async throws in
      node.postgresFaults.hold("insert(_:)")
      let alert = self.alert(node)
      async let answer = node.engine.writer.write([alert])
      await node.postgresFaults.wait(for: "insert(_:)")
      await node.clock.waitForSleepers(1)
      node.clock.advance(by: .milliseconds(999))
      #expect(!node.engine.writer.isAway)
      node.clock.advance(by: .milliseconds(1))
      #expect(await answer == .late)
      // PostgreSQL counts as away: nobody else waits.
      #expect(node.engine.writer.isAway)
      #expect(await node.engine.writer.write([self.alert(node)]) == .late)
      node.postgresFaults.letGo("insert(_:)")
      node.engine.writer.postgresIsBack()
      let next = self.alert(node)
      #expect(await node.engine.writer.write([next]) == .written(refused: [:]))
      // Two writers: the first transaction may end last.
      while node.stored.count < 2 { await Task.yield() }
      #expect(Set(node.stored) == [alert.alert.alertID, next.alert.alertID])
    }
  }

  @Test func whilePostgresIsAwayNobodyWaits() async throws {
    let node = TestNode()
    try await node.serving { () async throws in
      node.postgresFaults.goAway("postgresql")
      #expect(await node.engine.writer.write([alert(node)]) == .late)
      let calls = node.postgresFaults.calls.count
      #expect(await node.engine.writer.write([alert(node)]) == .late)
      #expect(node.postgresFaults.calls.count == calls)
      node.mend()
      #expect(await node.engine.writer.write([alert(node)]) == .late)
      node.engine.writer.postgresIsBack()
      #expect(await node.engine.writer.write([alert(node)]) == .written(refused: [:]))
    }
  }

  @Test func aRefusedAlertHurtsNoOther() async throws {
    let node = TestNode()
    try await node.enter()
    node.servers.postgres.refuse(campaign: "bad")
    try await node.serving { () async throws in
      let bad = try await node.claimed("bad")
      let alerts =
        ["c1", "c2", "c3"].map { alert(node, $0) } + [StoredAlert(alert: bad, tenant: .standard)]
        + ["c4", "c5"].map { alert(node, $0) }
      #expect(
        await node.engine.writer.write(alerts)
          == .written(refused: [bad.alertID: "campaign bad is refused"]))
      #expect(node.stored.count == 5)
      #expect(node.servers.redis.deadLetters.map(\.alertID) == [bad.alertID])
      // Its cooldown is free again.
      _ = try await node.claimed("bad")
    }
  }

  @Test func afterTheEndNobodyWaits() async throws {
    let node = TestNode()
    node.postgresFaults.hold("insert(_:)")
    var answer: CommitAnswer?
    let waiting = alert(node)
    await withTaskGroup(of: CommitAnswer?.self) { group in
      group.addTask {
        await withTaskGroup(of: Void.self) { writer in
          writer.addTask { try? await node.engine.writer.run() }
          await node.postgresFaults.wait(for: "insert(_:)")
          writer.cancelAll()
          node.postgresFaults.letGo("insert(_:)")
        }
        return nil
      }
      group.addTask { await node.engine.writer.write([waiting]) }
      for await result in group where result != nil { answer = result }
    }
    // Written or late: but answered.
    #expect(answer != nil)
  }
}
