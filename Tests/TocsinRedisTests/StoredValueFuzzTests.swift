import Fuzzing
import NIOCore
import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite("Whatever other hands wrote into Redis")
struct StoredValueFuzzTests {
  /// Where a value is put, and how.
  private enum Place: CaseIterable {
    case window, cooldown, epoch, restoring, keeper, newestEvent, rule, rulesVersion, rulesHistory, journal,
      journalTime,
      unwritten, event

    func write(_ value: RedisArgument, _ nodes: Nodes, _ prepared: Deed.Prepared) async throws {
      let keys = nodes.keys
      let id = RedisArgument(prepared.claimed.entry.alertID.description)
      switch self {
      case .window:
        let entity = Entity(campaignID: "c")
        let key = keys.window(tenant: .standard, entity: entity, metric: "m", lookbackMinutes: 1)
        try await nodes.send("SET", RedisArgument(key), value)
      case .cooldown: try await nodes.send("SET", RedisArgument(keys.cooldown(prepared.claimed)), value)
      case .epoch: try await nodes.send("SET", RedisArgument(keys.epoch), value)
      case .restoring: try await nodes.send("SET", RedisArgument(keys.restoring), value)
      case .keeper: try await nodes.send("SET", RedisArgument(keys.keeper), value)
      case .newestEvent: try await nodes.send("SET", RedisArgument(keys.newestEvent), value)
      case .rule:
        let field = RedisArgument(RuleField(tenant: .standard, ruleID: "r1").text)
        try await nodes.send("HSET", RedisArgument(keys.rules), field, value)
      case .rulesVersion: try await nodes.send("SET", RedisArgument(keys.rulesVersion), value)
      case .rulesHistory: try await nodes.send("SET", RedisArgument(keys.rulesHistory), value)
      case .journal: try await nodes.send("HSET", RedisArgument(keys.journal), id, value)
      case .journalTime: try await nodes.send("ZADD", RedisArgument(keys.journalTimes), value, id)
      case .unwritten: try await nodes.send("HSET", RedisArgument(keys.unwritten), id, value)
      case .event: try await nodes.send("XADD", RedisArgument(keys.events), "*", "e", value)
      }
    }
  }

  private static let corpus: [[UInt8]] = {
    let doubles: [Double] = [1_770_000_000_000, 2, 3, 1, 2, 1, 1.5, 1.5, 1.5]
    let window =
      [UInt8(ascii: "1")]
      + doubles.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
    let texts = [
      "1|1770000000000|01890a5d-ac96-774b-bcce-b302099a8057|i1", "e1", "1770000000000-0", "42", "17|{}", "2|x", "",
      #"11|{"rule_id":"r1","name":"n","alert_type":"high_cpa","severity":"high","threshold":1,"version":1}"#,
    ]
    return [window, EventEnvelope.sample(.new()).encoded()] + texts.map { Array($0.utf8) }
  }()

  @Test("Every operation ends with a result or an error, and afterwards everything works again")
  func values() async throws {
    try await Nodes.with { nodes async throws in
      let fuzzer = Fuzzer("redis-value", corpus: Self.corpus, dictionary: ["|", "1|", "-", "{", "\n"], iterations: 120)
      try await fuzzer.run { input, generator in
        for key in try await nodes.state().values.keys { try await nodes.send("DEL", RedisArgument(key)) }
        try await nodes.first.begin(epoch: "e1")
        try await nodes.first.finishRestore(of: "e1", node: "test")
        nodes.first.adopt(epoch: "e1")
        let prepared = try await Deed.prepare(nodes)
        let place = Place.allCases.randomElement(using: &generator) ?? .window
        // What Redis itself refuses cannot be there.
        try? await place.write(RedisArgument(input), nodes, prepared)
        for deed in Deed.all.shuffled(using: &generator).prefix(6) { try? await deed.perform(nodes.first, prepared) }
        try await Self.read(nodes.first)
        try await Self.readWindow(nodes)
        nodes.first.adopt(epoch: "e1")
      }
    }
  }

  /// The script itself answers figures: what a node could not read, it would replace by the new sample without a word.
  private static func readWindow(_ nodes: Nodes) async throws {
    let key = nodes.keys.window(
      tenant: .standard, entity: Entity(campaignID: "c"), metric: "m", lookbackMinutes: 1)
    let reply = try await nodes.first.run(WindowScripts.add, keys: [key], ["", "2", "60000"])
    let figures = try #require(reply.array?.last?.bytes)
    try #require(WindowAggregate(figures) != nil)
  }

  /// A script of an older release, or other hands, may answer what no samples give.
  @Test("Any bytes are the figures of a window, or none")
  func figures() throws {
    let figures: [[Double]] = [[2, 3, 1, 2], [1, -1, -1, -1], [9_007_199_254_740_992, 0, 0, 0]]
    let corpus = figures.map { figures in
      figures.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
    }
    try Fuzzer("window-figures", corpus: corpus, iterations: 20_000, sizeLimit: 32).run { input, _ in
      guard let window = WindowAggregate(ByteBuffer(bytes: input)) else { return }
      try #require(input.count == 32 && window.count >= 1)
      try #require(window.sum.isFinite && window.minimum <= window.maximum)
    }
  }

  /// Reads everything that a node reads.
  private static func read(_ backend: RedisBackend) async throws {
    _ = try? await backend.serverEpoch()
    _ = try? await backend.newest()
    _ = try? await backend.isIntact(upTo: EventID(epoch: "e1", milliseconds: 1, sequence: 0))
    _ = try? await backend.events(after: EventID(beginningOf: "e1"), limit: 10)
    _ = try? await backend.overdue(olderThan: 0, limit: 10)
    _ = try? await backend.unwritten(limit: 10)
    _ = try? await backend.backlog()
    _ = try? await backend.version()
    _ = try? await backend.snapshot()
    let request = SampleRequest(entity: Entity(campaignID: "c"), metricName: "m", value: 2, lookbackMinutes: [1])
    for _ in 0..<2 {
      guard let windows = try? await backend.add([request], tenant: .standard) else { continue }
      let window = try #require(windows.first?.first)
      try #require(window.count >= 1 && !window.sum.isNaN && window.minimum <= window.maximum)
    }
  }
}
