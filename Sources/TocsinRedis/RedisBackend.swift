package import Logging
package import RedisClient
import Support
import Synchronization
package import TocsinCore

/// What nodes share through one Redis server: cooldowns, the journal, the event log, rules, sample windows.
///
/// Conforms to the ports of TocsinCore; each port is in a file of its own. All keys carry one hash tag, so every script
/// touches one slot and runs on Redis Cluster too. What is stored begins with the digit of its version; what is of another
/// version is left alone. Redis 7 or newer.
///
/// Scripts read and check everything first, then write what may be refused for lack of memory: what a server refuses
/// changes nothing (``Scripts``). What nobody can read is left out, and told of once a minute.
package final class RedisBackend: Sendable {
  /// How the backend uses the server.
  package struct Configuration: Sendable, Hashable {
    /// What all keys and the channel begin with; holds exactly one hash tag.
    package var prefix: String
    /// How many alerts journal and `unwritten` may hold together before claims are refused.
    package var journalLimit: Int
    /// How many events the log keeps at least.
    package var eventLogLength: Int
    /// How many dead letters are kept at least.
    package var deadLetterLength: Int

    /// The usual values.
    package init(
      prefix: String = "{tocsin}", journalLimit: Int = 200_000, eventLogLength: Int = 100_000,
      deadLetterLength: Int = 10_000
    ) {
      self.prefix = prefix
      self.journalLimit = journalLimit
      self.eventLogLength = eventLogLength
      self.deadLetterLength = deadLetterLength
    }
  }

  let client: RedisClient
  let configuration: Configuration
  let keys: Keys
  let logger: Logger
  /// In tests: takes the place of the server's time for sample windows.
  let windowTime: (@Sendable () -> Int64)?
  private let currentEpoch = Mutex<(name: String?, isSuspended: Bool)>((nil, false))
  private let clock = Mutex(ServerClock())
  private let remarks = Mutex(RemarkPace())

  /// A backend on a client; whoever makes it also runs the client.
  package convenience init(client: RedisClient, configuration: Configuration = Configuration(), logger: Logger) {
    self.init(client: client, configuration: configuration, logger: logger, windowTime: nil)
  }

  init(
    client: RedisClient, configuration: Configuration, logger: Logger, windowTime: (@Sendable () -> Int64)?
  ) {
    self.client = client
    self.configuration = configuration
    self.logger = logger
    self.windowTime = windowTime
    keys = Keys(prefix: configuration.prefix)
  }
}

// MARK: What every port needs

extension RedisBackend {
  /// The epoch that this node works in, or nil before it knows one.
  package var epoch: String? { currentEpoch.withLock { $0.name } }

  /// Works in that epoch from now on.
  package func adopt(epoch: String) { currentEpoch.withLock { $0 = (epoch, false) } }

  package func suspend() { currentEpoch.withLock { $0.isSuspended = true } }

  /// The node's epoch, for a script that compares it with the server's.
  func epochArgument() throws(StoreError) -> RedisArgument {
    let (name, isSuspended) = currentEpoch.withLock { $0 }
    guard let name, !isSuspended else {
      throw StoreError(.stale, backend: "redis", message: "the node does not know yet in which epoch the server is")
    }
    return RedisArgument(name)
  }

  /// Runs a script.
  func run(
    _ script: RedisScript, keys: [String], _ arguments: [RedisArgument]
  ) async throws(StoreError) -> RedisValue {
    do {
      return try await client.eval(script, keys: keys, arguments: arguments)
    } catch {
      throw StoreError(error)
    }
  }

  /// Sends commands in one write; an error among the replies is thrown.
  func pipeline(_ commands: [[RedisArgument]]) async throws(StoreError) -> [RedisValue] {
    let replies = try await pipelineValues(commands)
    for reply in replies { if let failure = reply.failure { throw StoreError(failure) } }
    return replies
  }

  /// Sends commands in one write; errors among the replies are values.
  func pipelineValues(_ commands: [[RedisArgument]]) async throws(StoreError) -> [RedisValue] {
    do {
      return try await client.pipeline(commands)
    } catch {
      throw StoreError(error)
    }
  }

  /// How many keys or entries one script works on at most: it keeps everyone else waiting, some milliseconds at most.
  static var portion: Int { 256 }

  /// Publishes a signal.
  func publish(_ signal: String) async throws(StoreError) {
    _ = try await pipeline([["PUBLISH", RedisArgument(keys.channel), RedisArgument(signal)]])
  }

  /// The local monotonic clock.
  func localTime() -> ServerClock.Local { .now }

  /// Takes note of the server's time in a reply, unless it is no time.
  func heard(_ reply: RedisValue, sent: ServerClock.Local) {
    let received = localTime()
    guard let milliseconds = reply.int else { return }
    clock.withLock { $0.heard(serverMilliseconds: Int64(milliseconds), sent: sent, received: received) }
  }

  /// Tells an operator of something that cannot be read, at most once a minute for each kind.
  func remark(_ kind: Logger.Message, _ metadata: @autoclosure () -> Logger.Metadata) {
    let now = ContinuousClock.now
    guard let more = remarks.withLock({ $0.mayTell(kind.description, at: now) }) else { return }
    var metadata = metadata()
    if more > 0 { metadata["more_since"] = .stringConvertible(more) }
    logger.warning(kind, metadata: metadata)
  }

  /// The server's time, estimated from its answers on a monotonic clock: costs nothing.
  package func now() -> Timestamp {
    let local = localTime()
    return Timestamp(milliseconds: clock.withLock { $0.milliseconds(at: local) })
  }
}
