import Fuzzing
import LocalServers
import Logging
import NIOPosix
import RedisClient
import Testing
import TocsinApp
import TocsinCore
import TocsinEngine
import TocsinJSON
import TocsinRedis

/// What `explain` tells is what the check then does, on a whole node with a real Redis and a real PostgreSQL.
///
/// A case is a rule and a check: 10 × 50 checks meet 24 random rules each. Nothing depends on the time that passes: ages
/// of cooldowns are half hours off every limit, and no lookback is shorter than an hour.
@Suite(.timeLimit(.minutes(10))) struct ExplainAgreementTests {
  private static let rulesAtOnce = 24
  private static let rounds = 10
  private static let checksPerRound = 50

  @Test func explainAgreesWithTheCheckInTwelveThousandCases() async throws {
    try await LocalCluster.run(nodes: 1) { cluster in
      let redis = RedisClient(
        configuration: try RedisConfiguration(url: cluster.redis.url),
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await redis.run() }
        var world = World(engine: cluster.nodes[0].engine, redis: redis)
        for _ in 0..<Self.rounds {
          try await world.changeRules(Self.rulesAtOnce)
          for _ in 0..<Self.checksPerRound {
            try await world.changeCooldown()
            try await world.compare()
          }
        }
        #expect(world.cases >= 10_000)
        // No verdict is rare: each is worth its name.
        let rare = RuleExplanation.Verdict.allCases.filter { world.counts[$0, default: 0] < 100 }
        #expect(rare == [], "\(world.counts)")
        #expect(Suppression.Reason.allCases.allSatisfy { world.reasons[$0, default: 0] > 2 }, "\(world.reasons)")
        group.cancelAll()
      }
    }
  }

  /// A node, and what happens to it.
  private struct World {
    let engine: Engine
    let redis: RedisClient
    var generator = SeededGenerator(seed: 8)
    var cases = 0
    var counts: [RuleExplanation.Verdict: Int] = [:]
    var reasons: [Suppression.Reason: Int] = [:]
    private let tenant = Tenant.standard
    /// Metrics that no rule of a new installation watches, but for the last.
    private let metrics = ["m", "n", "roas"]
    private let types: [AlertType] = [.roasDrop, .highCPA, .ctrAnomaly]
    private let campaigns = ["c1", "c2", "c3", "c|4:x"]

    init(engine: Engine, redis: RedisClient) {
      self.engine = engine
      self.redis = redis
    }

    private mutating func one<Element>(of elements: [Element]) -> Element {
      elements[Int.random(in: elements.indices, using: &generator)]
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    private mutating func context(upTo count: Int) -> JSONObject {
      var context = JSONObject()
      for _ in 0..<Int.random(in: 0...count, using: &generator) {
        context[one(of: ["region", "tier", "nested"])] = one(of: ["eu", 1, 2, nil, ["a": 1], [1, 2]] as [JSON])
      }
      return context
    }

    private mutating func rule(_ number: Int) -> AlertRule {
      AlertRule(
        ruleID: "r\(number)", name: "Rule \(number)", alertType: one(of: types), severity: .low, enabled: !chance(10),
        metricName: chance(30) ? nil : one(of: metrics), threshold: one(of: [-1, 0, 0.5, 1, 1.5, 2, 3, 20]),
        thresholdOperator: one(of: ThresholdOperator.allCases), lookbackMinutes: one(of: [60, 120, 1440]),
        cooldownMinutes: one(of: [0, 60, 120, 180, 240, 600]), aggregation: one(of: Aggregation.allCases),
        conditions: chance(70) ? [:] : context(upTo: 2),
        metadata: chance(30) ? [:] : ["min_samples": one(of: [1, 10, 30, 100])])
    }

    /// Replaces, disables and deletes rules, so that cooldowns become longer and shorter, and incarnations change.
    mutating func changeRules(_ count: Int) async throws {
      for number in 0..<count {
        let id = "r\(number)"
        if chance(10), (try? engine.rules.rule(id, tenant: tenant)) != nil {
          try await engine.rules.delete(id, tenant: tenant, actor: "test")
        }
        _ = try await engine.rules.save(rule(number), tenant: tenant, actor: "test")
      }
    }

    /// Puts something in the place of some cooldown: one that began some half hours ago, one of a newer release, or
    /// none at all. What Redis loses, PostgreSQL may know.
    mutating func changeCooldown() async throws {
      let campaign = one(of: campaigns)
      let rule = one(of: try engine.rules.all(tenant: tenant))
      let key = "{tocsin}:cooldown:default|\(rule.ruleID)|\(Entity(campaignID: campaign).key)"
      let now = try #require(try await redis.send(["TIME"]).array?.first?.int) * 1000
      let halfHours = 2 * Int.random(in: 0...10, using: &generator) + 1
      let fired = Timestamp(milliseconds: Int64(now - halfHours * 30 * 60_000))
      let id = AlertID(at: fired, using: &generator)
      switch Int.random(in: 0..<10, using: &generator) {
      case 0: _ = try await redis.send(["SET", RedisArgument(key), "2|of a newer release"])
      case 1: _ = try await redis.send(["SET", RedisArgument(key), "nonsense"])
      case 2, 3: _ = try await redis.send(["DEL", RedisArgument(key)])
      case 4: _ = try await redis.pipeline([["DEL", RedisArgument(key)], ["RPUSH", RedisArgument(key), "x"]])
      default:
        let text = "1|\(fired.milliseconds)|\(id)|\(rule.incarnation)"
        _ = try await redis.send(["SET", RedisArgument(key), RedisArgument(text)])
      }
    }

    private mutating func check() -> Check {
      var named: [AlertType] = []
      for type in types where chance(50) { named.append(type) }
      named.shuffle(using: &generator)
      return Check(
        metricName: one(of: metrics), metricValue: one(of: [-1, 0, 0.5, 1, 1.5, 2, 3, 30]),
        entity: Entity(campaignID: one(of: campaigns)), campaignName: "C", context: context(upTo: 3),
        alertTypes: named.isEmpty ? nil : named)
    }

    /// One check: what is told before, and what happens then.
    mutating func compare() async throws {
      let check = check()
      let told = try await engine.explanations.explain(check, tenant: tenant)
      // Telling changes nothing, so it is told again.
      #expect(try await engine.explanations.explain(check, tenant: tenant) == told)
      let outcome = try await engine.checks.check(check, tenant: tenant)

      let firing = told.rules.filter { $0.verdict == .fires }
      #expect(firing.map(\.ruleID) == outcome.alerts.map(\.ruleID), "\(check)")
      #expect(firing.map(\.value) == outcome.alerts.map(\.metricValue), "\(check)")
      #expect(firing.map(\.threshold) == outcome.alerts.map(\.thresholdValue), "\(check)")
      let held = told.rules.filter { $0.verdict == .cooldown }
      #expect(held.map(\.ruleID) == outcome.suppressed.map(\.ruleID), "\(check)")
      #expect(held.map(\.until) == outcome.suppressed.map(\.until), "\(check)")
      #expect(held.map(\.alertID) == outcome.suppressed.map(\.alertID), "\(check)")

      // Rules that are not told of have nothing to do with the check: they raise nothing, either, as was seen above.
      cases += try engine.rules.all(tenant: tenant).count { $0.ruleID.hasPrefix("r") && $0.ruleID.utf8.count <= 3 }
      for rule in told.rules { counts[rule.verdict, default: 0] += 1 }
      for suppression in outcome.suppressed { reasons[suppression.reason, default: 0] += 1 }
    }
  }
}
