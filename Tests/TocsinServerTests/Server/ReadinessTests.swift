import Testing
import TocsinCore
import TocsinEngine

@Suite struct ReadinessTests {
  @Test func whatRedisRefusesIsNamed() async throws {
    try await TestCluster.run { engine, _ in
      engine.receive(.refused("the user lacks the right &{tocsin}:signals"))
      engine.redisRefused("the user lacks the right +info")
      #expect(!engine.health.status.ready)
      #expect(
        engine.health.status.reasons.filter { $0.hasPrefix("redis") } == [
          "redis", "redis: the user lacks the right &{tocsin}:signals", "redis: the user lacks the right +info",
        ])
      engine.redisConnected(serverRunID: "r")
      engine.receive(.listening(serverRunID: "r"))
      #expect(engine.health.status.reasons.filter { $0.hasPrefix("redis:") } == [])
    }
  }
}
