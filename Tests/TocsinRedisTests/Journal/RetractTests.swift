import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct RetractTests {
  @Test func theCooldownBecomesTheEarlierAlerts() async throws {
    try await Nodes.with { nodes async throws in
      _ = try await nodes.first.serverEpoch()
      let earlier = AlertID.new(at: nodes.first.now().milliseconds - 10 * 60_000)
      let claim = Claim.sample()
      _ = try await nodes.first.claim([claim])
      try await nodes.first.retract(claim, inFavourOf: .sample(claim, id: earlier))
      #expect(try await nodes.counts() == [0, 0])
      let key = nodes.keys.cooldown(claim)
      #expect(try await nodes.text(key) == "1|\(earlier.timestamp.milliseconds)|\(earlier)|i1")
      let rest = try #require(try await nodes.send("PTTL", RedisArgument(key)).int)
      #expect((19 * 60_000...20 * 60_000).contains(rest))
      #expect(try await nodes.first.announce([claim.entry.alertID]) == 0)
    }
  }
}
