import LocalServers
import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

/// Entries of the journal that this release cannot read.
@Suite struct DamagedEntryTests {
  private func enter(_ nodes: Nodes, _ id: String, _ envelope: RedisArgument) async throws {
    try await nodes.send("HSET", RedisArgument(nodes.keys.journal), RedisArgument(id), envelope)
    try await nodes.send("ZADD", RedisArgument(nodes.keys.journalTimes), "1", RedisArgument(id))
  }

  @Test func whatNoReleaseCanReadGoesToTheDeadLetters() async throws {
    try await Nodes.with { nodes async throws in
      let damaged: [RedisArgument] = [
        "", "x", "1", "1{", "1{}\n", "1{\"type\":\"alert\"}\n", "0{}", RedisArgument([0xFF, 0xFE, 0x31]),
        RedisArgument(Array("1".utf8) + [UInt8](repeating: 0x7B, count: 5000)),
      ]
      for number in 0..<600 { try await enter(nodes, "\(AlertID.new())", damaged[number % damaged.count]) }
      // A good envelope under a name that is none.
      try await enter(nodes, "x", RedisArgument(JournalEntry.sample().envelope))
      let ids = try await nodes.first.claimed(2)
      #expect(Set(try await nodes.first.overdue(olderThan: -1, limit: 2).map(\.alertID)) == Set(ids))
      #expect(try await nodes.counts() == [2, 0])
      #expect(try await nodes.send("XLEN", RedisArgument(nodes.keys.deadLetters)) == .integer(601))
    }
  }

  @Test func whatANewerReleaseWroteIsPassedOver() async throws {
    try await Nodes.with { nodes async throws in
      let text = String(decoding: JournalEntry.sample().envelope, as: UTF8.self)
      let newer: [String] = [
        "2 unknown", text.replacing("\"roas_drop\"", with: "\"cpm_rise\""),
        text.replacing("\"severity\":\"high\"", with: "\"severity\":\"fatal\""),
        text.replacing("\"type\":\"alert\"", with: "\"type\":\"alert_muted\""),
      ]
      for number in 0..<600 { try await enter(nodes, "\(AlertID.new())", RedisArgument(newer[number % newer.count])) }
      let ids = try await nodes.first.claimed(3)
      let found = try await nodes.first.overdue(olderThan: -1, limit: 3).map(\.alertID)
      #expect(Set(found) == Set(ids))
      #expect(try await nodes.first.overdue(olderThan: -1, limit: 2).count == 2)
      #expect(try await nodes.counts() == [603, 0])
      #expect(try await nodes.send("XLEN", RedisArgument(nodes.keys.deadLetters)) == .integer(0))
    }
  }

  @Test func discardedEntriesKeepTheirCooldown() async throws {
    try await Nodes.with { nodes async throws in
      let claims = [Claim.sample("c1"), .sample("c2")]
      _ = try await nodes.first.claim(claims)
      try await nodes.first.announceUnwritten([claims[1].entry.alertID])
      try await nodes.first.discard(claims.map(\.entry.alertID) + [.new()], reason: "no")
      #expect(try await nodes.counts() == [0, 0])
      #expect(try await nodes.first.claim([.sample("c1"), .sample("c2")]).won == [false, false])
      #expect(try await nodes.send("XLEN", RedisArgument(nodes.keys.deadLetters)) == .integer(2))
    }
  }
}

/// Scripts that could have much to do do it in portions: others come between.
@Suite struct PortionTests {
  /// How many scripts ran on a server of the test's own.
  private func scripts(_ nodes: Nodes, _ body: () async throws -> Void) async throws -> Int {
    try await nodes.send("CONFIG", "RESETSTAT")
    try await body()
    let text = try await nodes.send("INFO", "commandstats").string ?? ""
    let calls = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("cmdstat_eval") }
    return calls.compactMap { line in
      line.split(separator: ":").last?.split(separator: ",").first?.split(separator: "=").last.flatMap { Int($0) }
    }.reduce(0, +)
  }

  @Test func noScriptTakesMoreThanAPortion() async throws {
    let server = try LocalRedis.start()
    defer { server.stop() }
    try await Nodes.with(on: server) { nodes async throws in
      _ = try await nodes.first.serverEpoch()
      let now = nodes.first.now().milliseconds
      let requests = (0..<10).map {
        SampleRequest(
          entity: Entity(campaignID: "c\($0 / 2)"), metricName: "m", value: Double($0 % 2 + 1),
          lookbackMinutes: Array(1...200))
      }
      var aggregates: [[WindowAggregate]] = []
      #expect(
        try await scripts(nodes) { aggregates = try await nodes.first.add(requests, tenant: .standard) } >= 2000 / 256)
      #expect(aggregates.map { Set($0.map(\.sum)) } == (0..<10).map { $0 % 2 == 0 ? [1] : [3] })
      #expect(aggregates.allSatisfy { $0.count == 200 })

      var ids: [AlertID] = []
      for _ in 0..<6 { ids += try await nodes.first.claimed(500) }
      var published = 0
      #expect(try await scripts(nodes) { published = try await nodes.first.announce(ids) } >= 3000 / 256)
      #expect(published == 3000)
      let claims = (0..<1000).map { Claim.sample("r\($0)") }
      #expect(
        try await scripts(nodes) {
          try await nodes.first.restore(claims.map { .sample($0, id: .new(at: now - 1000)) })
        } >= 1000 / 256)
      // The log has more entries than one script searches: what was announced last is found all the same.
      let last = ids[2999]
      let searches = try await scripts(nodes) {
        try await nodes.first.reenter([.sample(ids[0]), .sample(last), .sample()])
      }
      #expect(searches >= 2)
      #expect(try await nodes.counts() == [1, 0])
    }
  }
}
