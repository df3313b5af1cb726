import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

/// Streams whose greatest id was given away: Redis appends nothing any more.
@Suite struct UsedUpStreamTests {
  private static let most = "\(UInt64.max)-\(UInt64.max)"

  /// How the id was used up.
  enum Way: CaseIterable, Sendable {
    /// By an entry that is still there.
    case entry
    /// By one that was removed.
    case removedEntry
    /// By a command that says so.
    case command

    func useUp(_ stream: String, _ nodes: Nodes) async throws {
      let key = RedisArgument(stream)
      switch self {
      case .entry: try await nodes.send("XADD", key, RedisArgument(UsedUpStreamTests.most), "e", "x")
      case .removedEntry:
        try await nodes.send("XADD", key, RedisArgument(UsedUpStreamTests.most), "e", "x")
        try await nodes.send("XDEL", key, RedisArgument(UsedUpStreamTests.most))
      case .command: try await nodes.send("XSETID", key, RedisArgument(UsedUpStreamTests.most))
      }
    }
  }

  @Test(arguments: Way.allCases) func theEventLogBeginsAgainWithANewEpoch(_ way: Way) async throws {
    try await Nodes.with { nodes async throws in
      let ids = try await nodes.first.claimed(2)
      try await nodes.first.announce([ids[0]])
      let place = try await nodes.first.newest()
      try await way.useUp(nodes.keys.events, nodes)
      #expect(await code { try await nodes.first.announce([ids[1]]) } == .failed)
      for known in [place, EventID(beginningOf: "e1")] {
        #expect(try await !nodes.first.isIntact(upTo: known))
      }
      try await nodes.first.begin(epoch: "e2")
      nodes.first.adopt(epoch: "e2")
      #expect(try await nodes.first.newest() == EventID(beginningOf: "e2"))
      #expect(try await nodes.first.announce([ids[1]]) == 1)
      #expect(try await nodes.first.isIntact(upTo: nodes.first.newest()))
    }
  }

  @Test(arguments: Way.allCases, [true, false]) func deadLettersGoOn(_ way: Way, buries: Bool) async throws {
    try await Nodes.with { nodes async throws in
      let claims = [Claim.sample("c1"), .sample("c2"), .sample("c3")]
      _ = try await nodes.first.claim(claims)
      try await nodes.first.discard([claims[0].entry.alertID], reason: "first")
      try await way.useUp(nodes.keys.deadLetters, nodes)
      let before = try await nodes.send("XLEN", RedisArgument(nodes.keys.deadLetters))
      if buries {
        for claim in claims[1...] {
          try await nodes.first.bury(
            claim.entry.alertID, rule: claim.ruleID, entity: claim.entity, tenant: .standard, reason: "no")
        }
      } else {
        try await nodes.first.discard(claims[1...].map(\.entry.alertID), reason: "no")
      }
      #expect(try await nodes.counts() == [0, 0])
      #expect(try await nodes.send("XLEN", RedisArgument(nodes.keys.deadLetters)) == .integer(2))
      #expect(try await nodes.send("XLEN", RedisArgument(nodes.keys.formerDeadLetters)) == before)
    }
  }

  /// The last id is given to the first of several.
  @Test func deadLettersGoOnInTheMiddleOfAScript() async throws {
    try await Nodes.with { nodes async throws in
      let ids = try await nodes.first.claimed(3)
      try await nodes.send("XADD", RedisArgument(nodes.keys.deadLetters), "\(UInt64.max)-\(UInt64.max - 1)", "e", "x")
      try await nodes.first.discard(ids, reason: "no")
      #expect(try await nodes.counts() == [0, 0])
      #expect(try await nodes.send("XLEN", RedisArgument(nodes.keys.deadLetters)) == .integer(2))
      #expect(try await nodes.send("XLEN", RedisArgument(nodes.keys.formerDeadLetters)) == .integer(2))
    }
  }
}
