import NIOHTTP1
import Synchronization
import Testing
import TocsinCore
import TocsinEngine
import TocsinJSON
import TocsinTesting

@testable import TocsinServer

/// The look into PostgreSQL for cooldowns that Redis may have forgotten, when a rule's has become longer.
@Suite(.timeLimit(.minutes(10))) struct ForgottenCooldownTests {
  /// Checks of four campaigns.
  private static func batch(_ name: String) -> String {
    let checks = (1...4).map {
      "{\"metric_name\":\"lengthened\",\"metric_value\":1,\"campaign_id\":\"\(name)\($0)\",\"campaign_name\":\"C\"}"
    }
    return "{\"checks\":[\(checks.joined(separator: ","))]}"
  }

  private struct Outcome: Equatable {
    var fired: JSON?
    var lookups: Int
  }

  private func send(_ name: String, _ engine: Engine, _ cluster: TestCluster) async throws -> Outcome {
    func lookups() -> Int {
      cluster.postgres.faults.calls.count { $0 == "newestAlert(ruleID:incarnation:entity:tenant:since:)" }
    }
    let before = lookups()
    let answer = try await APIClient(engine).send(.POST, "/api/alerts/check/batch", Self.batch(name))
    return Outcome(fired: answer["alerts_triggered"], lookups: lookups() - before)
  }

  @Test func oneLookThatFailsIsEnough() async throws {
    try await TestCluster.run { engine, cluster in
      var rule = AlertRule(
        ruleID: "r", name: "R", alertType: .highCPA, severity: .low, metricName: "lengthened", threshold: 0,
        thresholdOperator: .greater, cooldownMinutes: 30)
      for minutes in [30, 60] {
        rule.cooldownMinutes = minutes
        _ = try await engine.rules.save(rule, tenant: .standard, actor: "test")
      }
      #expect(try await send("a", engine, cluster) == Outcome(fired: 4, lookups: 4))
      cluster.losePostgres()
      #expect(
        try await send("b", engine, cluster) == Outcome(fired: 4, lookups: 1),
        "the others would wait one after the other")
      #expect(try await send("c", engine, cluster) == Outcome(fired: 4, lookups: 0), "it is known to be away")
    }
  }
}
