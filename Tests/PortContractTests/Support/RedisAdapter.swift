import LocalServers
import Logging
import NIOPosix
import RedisClient
import Testing
import TocsinCore
import TocsinRedis
import TocsinTesting

/// All ports that Redis is behind.
typealias RedisPorts = CooldownJournal & EpochKeeper & EventLog & ClusterSignals & RuleBoard & SampleWindows
  & ClusterSealing

/// What implements the ports that Redis is behind.
enum RedisAdapter: String, CaseIterable, CustomTestStringConvertible {
  case memory, redis

  var testDescription: String { rawValue }

  /// Runs the body with two nodes that work in the epoch `e1` of a server without any data.
  func with(
    journalLimit: Int = 200_000, eventLogLength: Int = 100_000, _ body: (SharedRedis) async throws -> Void
  ) async throws {
    switch self {
    case .memory:
      let clock = ManualClock()
      let server = MemoryRedis(clock: clock, journalLimit: journalLimit, eventLogLength: eventLogLength)
      let shared = SharedRedis(
        first: server.node(), second: server.node(), signals: server.subscription(),
        tick: { clock.advance(by: .milliseconds(1)) })
      try await shared.run(body)
    case .redis: try await Self.withServer(journalLimit: journalLimit, eventLogLength: eventLogLength, body)
    }
  }

  /// The server that tests share: each has its own prefix there.
  private static let server = Result { try LocalRedis.start() }

  private static func withServer(
    journalLimit: Int, eventLogLength: Int, _ body: (SharedRedis) async throws -> Void
  ) async throws {
    var redis = try RedisConfiguration(url: try server.get().url)
    // Patient, because the machine may be busy.
    redis.connectTimeout = .seconds(20)
    redis.commandTimeout = .seconds(20)
    let configuration = RedisBackend.Configuration(
      prefix: "{contract-\(UInt64.random(in: 0...UInt64.max))}", journalLimit: journalLimit,
      eventLogLength: eventLogLength)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let client = RedisClient(
      configuration: redis, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    let (signals, continuation) = AsyncStream.makeStream(of: ClusterSignal.self)
    let subscription = RedisSignals(
      configuration: redis, prefix: configuration.prefix, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      logger: logger
    ) { continuation.yield($0) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await client.run() }
      group.addTask { try await subscription.run() }
      defer { group.cancelAll() }
      let nodes = (0..<2).map { _ in RedisBackend(client: client, configuration: configuration, logger: logger) }
      try await SharedRedis(first: nodes[0], second: nodes[1], signals: signals, tick: {}).run(body)
    }
  }
}

/// A server, two nodes on it, and what a third one hears.
struct SharedRedis {
  let first: any RedisPorts
  let second: any RedisPorts
  let heard: Heard
  /// Lets a millisecond pass on a server whose time does not pass by itself.
  let tick: @Sendable () -> Void

  init(
    first: any RedisPorts, second: any RedisPorts, signals: AsyncStream<ClusterSignal>,
    tick: @escaping @Sendable () -> Void
  ) {
    self.first = first
    self.second = second
    heard = Heard(signals)
    self.tick = tick
  }

  func run(_ body: (SharedRedis) async throws -> Void) async throws {
    guard case .listening = await heard.next() else { throw Unexpected() }
    try await first.begin(epoch: "e1")
    try await first.finishRestore(of: "e1", node: "test")
    guard case .epochBegan("e1") = await heard.next() else { throw Unexpected() }
    for node in [first, second] { node.adopt(epoch: "e1") }
    // Sets the clock of `now()`.
    _ = try await first.serverEpoch()
    _ = try await second.serverEpoch()
    try await body(self)
  }

  /// The beginning of the log.
  var beginning: EventID { EventID(beginningOf: "e1") }

  /// A new claim of this moment.
  func claim(
    _ campaign: String = "c1", rule: String = "r1", incarnation: String = "i1", minutes: Int64 = 30
  ) -> Claim {
    Claim(
      entry: entry(), tenant: .standard, ruleID: rule, incarnation: incarnation,
      entity: Entity(campaignID: campaign), cooldownMilliseconds: minutes * 60_000)
  }

  /// A new entry of that many minutes ago.
  func entry(minutesAgo: Int64 = 0) -> JournalEntry {
    let id = AlertID.new(at: first.now().advanced(by: -minutesAgo * 60_000))
    return JournalEntry(alertID: id, envelope: EventEnvelope.sample(id).encoded())
  }

  /// A cooldown for what a claim is about, which began that many minutes ago.
  func cooldown(_ claim: Claim, minutesAgo: Int64) -> RunningCooldown {
    RunningCooldown(of: claim, begunBy: entry(minutesAgo: minutesAgo).alertID)
  }

  /// Claims alerts for as many entities.
  func claimed(_ count: Int) async throws -> [JournalEntry] {
    let claims = (0..<count).map { _ in claim("c\(UInt64.random(in: 0...UInt64.max))") }
    guard try await won(first, claims).allSatisfy({ $0 }) else { throw Unexpected() }
    return claims.map(\.entry)
  }

  /// Which claims a node wins.
  func won(_ node: any RedisPorts, _ claims: [Claim]) async throws -> [Bool] {
    try await node.claim(claims).won
  }

  /// How many alerts wait.
  func counts() async throws -> [Int] {
    let backlog = try await first.backlog()
    return [backlog.journal, backlog.unwritten]
  }
}

/// What a subscription delivers, one by one.
final class Heard {
  private var iterator: AsyncStream<ClusterSignal>.Iterator

  init(_ stream: AsyncStream<ClusterSignal>) {
    iterator = stream.makeAsyncIterator()
  }

  func next() async -> ClusterSignal? {
    await iterator.next()
  }

  /// The next signal, which has to be events.
  func batch() async throws -> EventBatch {
    guard case .events(let batch) = await next() else { throw Unexpected() }
    return batch
  }
}
