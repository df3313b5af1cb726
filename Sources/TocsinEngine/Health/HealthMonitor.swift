import Logging
import ServiceLifecycle
import Synchronization
import TocsinCore

/// Whether this node can take requests.
///
/// It sends itself a probe through Redis every second: a subscription that has gone silent is found out, not
/// only a connection that was closed.
package final class HealthMonitor: Service {
  /// The node's state.
  package struct Status: Sendable, Hashable {
    /// Whether requests should come here.
    package var ready: Bool
    /// Why not: `draining`, `redis`, `rules`, `recovering`; behind `redis` what Redis refuses the node, if it does.
    package var reasons: [String]
    /// What is away while requests should come nevertheless: `postgresql`; or lacks something: the names of `Shortage`.
    package var degraded: [String]
  }

  private struct State {
    var isDraining = false
    var isPostgresUp = false
    var isSubscribed = false
    var isRecovered = false
    var lastProbe: ContinuousClock.Instant?
    /// What Redis refuses: to connections for commands, and to the subscription.
    var refusals: [Refused: String] = [:]
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  /// What kind of connection Redis refuses.
  enum Refused: Int, Sendable {
    case commands, subscription
  }

  private let state = Mutex(State())
  private let signals: any ClusterSignals
  private let alerts: any AlertStore
  private let shortages: Shortages
  private let book: RuleBook
  private let node: String
  private let interval: Duration
  private let patience: Duration
  private let clock: any EngineClock

  init(
    signals: any ClusterSignals, alerts: any AlertStore, shortages: Shortages, book: RuleBook, node: String,
    interval: Duration, patience: Duration, clock: any EngineClock
  ) {
    self.signals = signals
    self.alerts = alerts
    self.shortages = shortages
    self.book = book
    self.node = node
    self.interval = interval
    self.patience = patience
    self.clock = clock
  }

  /// The node's state now.
  package var status: Status {
    let now = clock.now
    let hasRules = book.isLoaded
    let lacking = shortages.names
    return state.withLock { state in
      var reasons: [String] = []
      if state.isDraining { reasons.append("draining") }
      if !state.isSubscribed || state.lastProbe.map({ now - $0 > patience }) ?? true {
        reasons.append("redis")
        let refusals = Set(state.refusals.values).sorted()
        reasons += refusals.map { "redis: \($0)" }
      }
      if !state.isRecovered { reasons.append("recovering") }
      if !hasRules { reasons.append("rules") }
      return Status(
        ready: reasons.isEmpty, reasons: reasons, degraded: (state.isPostgresUp ? [] : ["postgresql"]) + lacking)
    }
  }

  /// Waits until the node is ready for the first time.
  package func waitUntilReady() async {
    await withCheckedContinuation { waiter in
      state.withLock { $0.waiters.append(waiter) }
      resumeWaitersIfReady()
    }
  }

  /// The node is about to stop: load balancers should send requests elsewhere.
  package func beginDraining() {
    state.withLock { $0.isDraining = true }
  }

  /// PostgreSQL came or went.
  func postgres(isUp: Bool) {
    state.withLock { $0.isPostgresUp = isUp }
  }

  /// The node listens to the cluster's signals, or no longer does.
  func redis(isListening: Bool) {
    state.withLock {
      $0.isSubscribed = isListening
      if isListening { $0.refusals[.subscription] = nil } else { $0.lastProbe = nil }
    }
  }

  /// Redis refuses a connection of the node, in words that name the right that is missing; nil: it no longer does.
  func redis(refuses connection: Refused, _ reason: String?) {
    state.withLock { $0.refusals[connection] = reason }
  }

  /// The node works in Redis' epoch, or has to find into it.
  func recovery(isDone: Bool) {
    state.withLock { $0.isRecovered = isDone }
    resumeWaitersIfReady()
  }

  /// A probe came back.
  func probeReturned(_ token: String) {
    guard token == node else { return }
    state.withLock { $0.lastProbe = clock.now }
    resumeWaitersIfReady()
  }

  private func resumeWaitersIfReady() {
    guard status.ready else { return }
    let waiters = state.withLock { state in
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Sends probes until the service shuts down.
  package func run() async throws {
    await cancelWhenGracefulShutdown {
      await every(self.interval, clock: self.clock) {
        // A probe that cannot be sent is a probe that does not return.
        try? await self.signals.probe(self.node)
        await self.lookForShortages()
      }
    }
  }

  /// Redis tells for nothing whether it takes writes. PostgreSQL has to be tried: only while it is known to refuse.
  private func lookForShortages() async {
    do {
      try await signals.checkWrites()
      shortages.tookWrites("redis")
    } catch {
      shortages.failed(error)
    }
    guard shortages.isShort("postgresql") else { return }
    do {
      try await alerts.checkWrites()
      shortages.tookWrites("postgresql")
    } catch {
      shortages.failed(error)
    }
  }
}
