import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct EpochTests {
  @Test func theLaterCooldownWins() async throws {
    try await Nodes.with { nodes async throws in
      _ = try await nodes.first.serverEpoch()
      let now = nodes.first.now().milliseconds
      let claim = Claim.sample()
      let key = nodes.keys.cooldown(claim)
      func restore(_ minutesAgo: Int64) async throws -> AlertID {
        let id = AlertID.new(at: now - minutesAgo * 60_000)
        try await nodes.first.restore([.sample(claim, id: id)])
        return id
      }
      _ = try await restore(31)
      #expect(try await nodes.text(key) == nil)
      let first = try await restore(20)
      #expect(try await nodes.text(key) == "1|\(now - 20 * 60_000)|\(first)|i1")
      let later = try await restore(10)
      _ = try await restore(15)
      #expect(try await nodes.text(key) == "1|\(now - 10 * 60_000)|\(later)|i1")
      let rest = try #require(try await nodes.send("PTTL", RedisArgument(key)).int)
      #expect((19 * 60_000...20 * 60_000).contains(rest))
      #expect(try await nodes.first.claim([claim]).won == [false])
      try await nodes.first.restore([])
    }
  }

  @Test func aCooldownThatWasTakenMeanwhileStays() async throws {
    try await Nodes.with { nodes async throws in
      let claim = Claim.sample()
      _ = try await nodes.first.claim([claim])
      let value = try await nodes.text(nodes.keys.cooldown(claim))
      let earlier = AlertID.new(at: nodes.first.now().milliseconds - 60_000)
      try await nodes.first.restore([.sample(claim, id: earlier)])
      #expect(try await nodes.text(nodes.keys.cooldown(claim)) == value)
    }
  }

  @Test func manyCooldownsAreRestored() async throws {
    try await Nodes.with { nodes async throws in
      _ = try await nodes.first.serverEpoch()
      let claims = (0..<2500).map { Claim.sample("c\($0)") }
      let now = nodes.first.now().milliseconds
      try await nodes.first.restore(claims.map { .sample($0, id: .new(at: now - 1000)) })
      #expect(try await nodes.first.claim(claims).won.allSatisfy { !$0 })
    }
  }

  @Test(arguments: [
    [UInt8](), [0xFF, 0xFE], Array("a b".utf8), Array("e1\n".utf8), [UInt8](repeating: 0x61, count: 65), [0],
    Array("e.1".utf8),
  ])
  func whatIsNoEpochIsReplacedByANewOne(bytes: [UInt8]) async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.send("SET", RedisArgument(nodes.keys.epoch), RedisArgument(bytes))
      #expect(try await nodes.first.serverEpoch() == nil)
      #expect(await code { _ = try await nodes.first.claim([.sample()]) } == .stale)
      try await nodes.first.begin(epoch: "e2")
      #expect(try await nodes.first.serverEpoch() == "e2")
    }
  }

  @Test func anEpochOfAnotherTypeIsReplacedByANewOne() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.send("DEL", RedisArgument(nodes.keys.epoch))
      try await nodes.send("RPUSH", RedisArgument(nodes.keys.epoch), "e1")
      #expect(try await nodes.first.serverEpoch() == nil)
      #expect(await code { _ = try await nodes.first.claim([.sample()]) } == .stale)
      #expect(await code { _ = try await nodes.first.newest() } == .stale)
      try await nodes.first.begin(epoch: "e2")
      #expect(try await nodes.first.serverEpoch() == "e2")
    }
  }

  @Test func aLogWhoseIdsAreUsedUpBeginsAgain() async throws {
    try await Nodes.with { nodes async throws in
      let ids = try await nodes.first.claimed(2)
      try await nodes.first.announce([ids[0]])
      let place = try await nodes.first.newest()
      let most = UInt64.max
      try await nodes.send("XADD", RedisArgument(nodes.keys.events), "\(most)-\(most)", "e", "x")
      let before = try await nodes.state()
      #expect(await code { try await nodes.first.announce([ids[1]]) } == .failed)
      #expect(try await nodes.state() == before)
      #expect(try await !nodes.first.isIntact(upTo: place))
      try await nodes.first.begin(epoch: "e2")
      nodes.first.adopt(epoch: "e2")
      #expect(try await nodes.first.newest() == EventID(beginningOf: "e2"))
      #expect(try await nodes.first.announce([ids[1]]) == 1)
    }
  }

  @Test(arguments: ["", "x", "5", "-", "5-", "-5", "18446744073709551616-0", "5-99999999999999999999", "5-0-0", "5-0 "])
  func aNewestPlaceThatIsNoneIsReadFromTheLog(text: String) async throws {
    try await Nodes.with { nodes async throws in
      let ids = try await nodes.first.claimed(2)
      try await nodes.first.announce([ids[0]])
      let place = try await nodes.first.newest()
      try await nodes.send("SET", RedisArgument(nodes.keys.newestEvent), RedisArgument(text))
      #expect(try await nodes.first.newest() == place)
      try await nodes.listening { heard async throws in
        try await nodes.first.announce([ids[1]])
        #expect(try await heard.batch().predecessor == place)
      }
    }
  }

  @Test func placesBeyondWhatADoubleHoldsAreComparedExactly() async throws {
    try await Nodes.with { nodes async throws in
      let ms: UInt64 = 9_007_199_254_740_993
      func place(_ ms: UInt64, _ sequence: UInt64) -> EventID {
        EventID(epoch: "e1", milliseconds: ms, sequence: sequence)
      }
      try await nodes.send("XADD", RedisArgument(nodes.keys.events), "\(ms)-\(ms)", "e", "x")
      #expect(try await nodes.first.isIntact(upTo: place(ms, ms)))
      #expect(try await nodes.first.isIntact(upTo: place(ms, ms - 1)))
      #expect(try await nodes.first.isIntact(upTo: place(ms - 1, .max)))
      #expect(try await !nodes.first.isIntact(upTo: place(ms, ms + 1)))
      #expect(try await !nodes.first.isIntact(upTo: place(ms + 1, 0)))
      #expect(try await nodes.first.events(after: place(.max, .max), limit: 5) == nil)
    }
  }

  @Test func aCooldownThatBecameLongerLastsLonger() async throws {
    try await Nodes.with { nodes async throws in
      let claim = Claim.sample(minutes: 1)
      _ = try await nodes.first.claim([claim])
      let key = nodes.keys.cooldown(claim)
      let value = try await nodes.text(key)
      let earlier = AlertID.new(at: nodes.first.now().milliseconds - 30_000)
      try await nodes.first.restore([.sample(.sample(minutes: 60), id: earlier)])
      #expect(try await nodes.text(key) == value)
      let rest = try #require(try await nodes.send("PTTL", RedisArgument(key)).int)
      #expect((59 * 60_000...60 * 60_000).contains(rest))
      try await nodes.first.restore([.sample(claim, id: earlier)])
      #expect(try #require(try await nodes.send("PTTL", RedisArgument(key)).int) > 58 * 60_000)
    }
  }
}
