import LocalServers
import NIOCore
import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

/// Values under Tocsin's keys that are far longer than any of Tocsin's.
@Suite struct LongValueTests {
  /// Where there is one.
  enum Place: CaseIterable, Sendable {
    case cooldown, epoch, restoring, restoreLock, keeper, seal, newestEvent, rulesVersion, rulesHistory, window, change
    case journal, unwritten, rule, event
  }

  private static let seal = ClusterSeal(
    redisIdentity: "r", database: DatabaseIdentity(id: "1", description: "\"tocsin\""))
  private static let change = AlertChange(changeID: .new(), envelope: [49])
  private static let samples = SampleRequest(
    entity: Entity(campaignID: "c"), metricName: "m", value: 2, lookbackMinutes: [1])
  private static let size = 1 << 20

  private static func key(_ place: Place, _ keys: Keys, _ prepared: Deed.Prepared) -> String {
    switch place {
    case .cooldown: keys.cooldown(prepared.claimed)
    case .epoch: keys.epoch
    case .restoring: keys.restoring
    case .restoreLock: keys.restoreLock
    case .keeper: keys.keeper
    case .seal: keys.seal
    case .newestEvent: keys.newestEvent
    case .rulesVersion: keys.rulesVersion
    case .rulesHistory: keys.rulesHistory
    case .window:
      keys.window(tenant: .standard, entity: samples.entity, metric: samples.metricName, lookbackMinutes: 1)
    case .change: keys.announcedChange(change.changeID)
    case .journal: keys.journal
    case .unwritten: keys.unwritten
    case .rule: keys.rules
    case .event: keys.events
    }
  }

  private static func write(_ place: Place, _ nodes: Nodes, _ prepared: Deed.Prepared) async throws {
    let key = RedisArgument(key(place, nodes.keys, prepared))
    let bytes = RedisArgument(ByteBuffer(repeating: UInt8(ascii: "1"), count: size))
    switch place {
    case .journal: try await nodes.send("HSET", key, RedisArgument(prepared.claimed.entry.alertID.description), bytes)
    case .unwritten:
      try await nodes.send("HSET", key, RedisArgument(prepared.unwritten.entry.alertID.description), bytes)
    case .rule:
      try await nodes.send("HSET", key, RedisArgument(RuleField(tenant: .standard, ruleID: "r1").text), bytes)
    case .event: try await nodes.send("XADD", key, "*", "e", bytes)
    default: try await nodes.send("SET", key, bytes)
    }
  }

  private static func bytesSent(_ nodes: Nodes) async throws -> Int {
    let text = try await nodes.send("INFO", "stats").string ?? ""
    let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("total_net_output_bytes:") }
    return try #require(line?.split(separator: ":").last.flatMap { Int($0) })
  }

  @Test(arguments: Place.allCases) func nothingIsEverSentWhole(_ place: Place) async throws {
    let server = try LocalRedis.start()
    defer { server.stop() }
    try await Nodes.with(on: server) { nodes async throws in
      let prepared = try await Deed.prepare(nodes)
      // Deeds may replace the value: it is there again for each.
      for deed in Deed.all {
        try await Self.write(place, nodes, prepared)
        let before = try await Self.bytesSent(nodes)
        nodes.first.adopt(epoch: "e1")
        try? await deed.perform(nodes.first, prepared)
        _ = try? await nodes.first.seal(Self.seal, lasting: 60_000)
        _ = try? await nodes.first.announce(changes: [Self.change])
        _ = try? await nodes.first.standing(of: [prepared.claimed.entry.alertID])
        _ = try? await nodes.first.backlog()
        _ = try? await nodes.first.version()
        _ = try? await nodes.first.events(after: EventID(beginningOf: "e1"), limit: 1000)
        let sent = try await Self.bytesSent(nodes) - before
        #expect(sent < Self.size / 4, "\(deed.testDescription)")
        try await nodes.send("DEL", RedisArgument(nodes.keys.epoch))
        try await nodes.first.begin(epoch: "e1")
      }
    }
  }

  @Test func textsAreAsIfTheyWereNotThere() async throws {
    try await Nodes.with { nodes async throws in
      let prepared = try await Deed.prepare(nodes)
      try await Self.write(.cooldown, nodes, prepared)
      let outcome = try await nodes.first.claim([prepared.claimed])
      #expect(outcome.won == [true] && outcome.unsure == [0])
      #expect(try await nodes.first.claim([prepared.claimed]).won == [false])

      try await Self.write(.restoring, nodes, prepared)
      #expect(try await !nodes.first.isRestoring())
      #expect(try await !nodes.first.claim([.sample("c9")]).needsConfirmation)
      #expect(try await nodes.send("EXISTS", RedisArgument(nodes.keys.restoring)) == .integer(0))

      try await Self.write(.keeper, nodes, prepared)
      try await Self.write(.restoreLock, nodes, prepared)
      #expect(try await nodes.first.holdKeeperLease(node: "a", milliseconds: 60_000))
      #expect(try await nodes.first.holdRestoreLock(node: "a", milliseconds: 60_000))

      try await Self.write(.change, nodes, prepared)
      #expect(try await nodes.first.announce(changes: [Self.change]) == 1)

      try await Self.write(.rulesVersion, nodes, prepared)
      #expect(try await nodes.first.version() == nil)

      let newest = try await nodes.first.newest()
      try await Self.write(.newestEvent, nodes, prepared)
      #expect(try await nodes.first.newest() == newest)

      try await Self.write(.epoch, nodes, prepared)
      #expect(try await nodes.first.serverEpoch() == nil)
      #expect(await code { _ = try await nodes.first.claim([.sample("c8")]) } == .stale)
    }
  }

  @Test func anEntryGoesToTheDeadLettersAsItsSize() async throws {
    try await Nodes.with { nodes async throws in
      let prepared = try await Deed.prepare(nodes)
      try await Self.write(.journal, nodes, prepared)
      try await Self.write(.unwritten, nodes, prepared)
      #expect(try await nodes.first.announce([prepared.claimed.entry.alertID]) == 0)
      #expect(try await nodes.first.overdue(olderThan: -1, limit: 10).isEmpty)
      #expect(try await nodes.first.unwritten(limit: 10).isEmpty)
      #expect(try await nodes.counts() == [0, 0])
      let letters = try await nodes.send("XRANGE", RedisArgument(nodes.keys.deadLetters), "-", "+").array ?? []
      let fields = letters.compactMap { $0.array?[1].array?.compactMap(\.string) }
      let reason = "the entry cannot be read (the entry has \(Self.size) bytes)"
      #expect(fields.map { $0[1] } == ["", ""] && fields.map { $0[5] } == [reason, reason])
    }
  }

  @Test func aRuleAndAnEventAreLeftOutAndOthersAreThere() async throws {
    try await Nodes.with { nodes async throws in
      let prepared = try await Deed.prepare(nodes)
      let other = AlertRule.sample("r2", version: 2)
      try await nodes.first.put(other, tenant: .standard)
      try await Self.write(.rule, nodes, prepared)
      #expect(try await nodes.first.snapshot()?.rules.rules == [.standard: [other]])
      // A change replaces it.
      let mended = AlertRule.sample("r1", version: 3)
      try await nodes.first.put(mended, tenant: .standard)
      #expect(try await nodes.first.snapshot()?.rules.rules == [.standard: [mended, other]])

      let start = try await nodes.first.newest()
      try await Self.write(.event, nodes, prepared)
      try await nodes.first.announce([prepared.claimed.entry.alertID])
      let events = try #require(try await nodes.first.events(after: start, limit: 10))
      #expect(events.map(\.envelope) == [nil, .sample(prepared.claimed.entry.alertID)])
    }
  }
}
