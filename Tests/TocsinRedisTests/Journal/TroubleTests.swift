import LocalServers
import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct TroubleTests {
  @Test func aServerThatIsAwayIsUnavailable() async throws {
    let server = try LocalRedis.start()
    try await Nodes.with(on: server) { nodes async throws in
      server.kill()
      #expect(await code { _ = try await nodes.first.claim([.sample()]) } == .unavailable)
      #expect(await code { _ = try await nodes.first.serverEpoch() } == .unavailable)
      #expect(await code { _ = try await nodes.first.standing(of: [.new()]) } == .unavailable)
      #expect(await code { try await nodes.first.probe("p") } == .unavailable)
    }
  }
}
