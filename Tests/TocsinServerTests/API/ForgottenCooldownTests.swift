import NIOHTTP1
import Synchronization
import Testing
import TocsinCore
import TocsinEngine
import TocsinJSON

@testable import TocsinServer

/// The look into PostgreSQL for cooldowns that Redis may have forgotten, when a rule's has become longer.
@Suite(.timeLimit(.minutes(10))) struct ForgottenCooldownTests {
  private static let batch = {
    let checks = (1...4).map {
      "{\"metric_name\":\"lengthened\",\"metric_value\":1,\"campaign_id\":\"c\($0)\",\"campaign_name\":\"C\"}"
    }
    return "{\"checks\":[\(checks.joined(separator: ","))]}"
  }()

  private struct Outcome: Equatable {
    var fired: JSON?
    var lookups: Int
  }

  private func send(_ engine: Engine, _ cluster: MemoryCluster) async throws -> Outcome {
    cluster.state.withLock { $0.lookups = 0 }
    let answer = try await APIClient(engine).send(.POST, "/api/alerts/check/batch", Self.batch)
    return Outcome(fired: answer["alerts_triggered"], lookups: cluster.state.withLock { $0.lookups })
  }

  @Test func oneLookThatFailsIsEnough() async throws {
    try await MemoryCluster.run { engine, cluster in
      var rule = AlertRule(
        ruleID: "r", name: "R", alertType: .highCPA, severity: .low, metricName: "lengthened", threshold: 0,
        thresholdOperator: .greater, cooldownMinutes: 60)
      rule.cooldownLengthenedAt = cluster.now()
      _ = try await engine.rules.save(rule, tenant: .standard, actor: "test")
      #expect(try await send(engine, cluster) == Outcome(fired: 4, lookups: 4))
      cluster.losePostgres()
      #expect(
        try await send(engine, cluster) == Outcome(fired: 4, lookups: 1), "the others would wait one after the other")
      #expect(try await send(engine, cluster) == Outcome(fired: 4, lookups: 0), "it is known to be away")
    }
  }
}
