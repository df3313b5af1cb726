import Logging
import ServiceLifecycle
import Synchronization
import TocsinCore
import TocsinMetrics

/// Sends what this node has leased: deliveries that it has just committed, and those that it has fetched.
///
/// What is sent when is decided by ``DispatchStateMachine``; this performs it. Leases are ``LeaseKeeper``'s, what is given
/// back is ``ReleaseQueue``'s, and what came of attempts is ``DeliveryCompleter``'s.
package final class DeliveryDispatcher: Service {
  typealias Item = DispatchStateMachine.Item

  private let notifier: any Notifier
  private let leaseDuration: Duration
  let routing: ActiveRouting
  private let completer: DeliveryCompleter
  private let disabled: DisabledTargets
  private let leases: LeaseKeeper
  private let releases: ReleaseQueue
  let settings: DeliverySettings
  let clock: any EngineClock
  private let metrics: DeliveryMetrics
  private let logger: Logger
  let machine: Mutex<DispatchStateMachine>
  private let attempts = RunningAttempts()
  private let orders: AsyncStream<Item>
  private let order: AsyncStream<Item>.Continuation

  init(
    notifier: any Notifier, store: any DeliveryStore, routing: ActiveRouting, completer: DeliveryCompleter,
    disabled: DisabledTargets, grace: TakeoverGrace, settings: DeliverySettings, clock: any EngineClock,
    metrics: DeliveryMetrics, logger: Logger
  ) {
    self.notifier = notifier
    leaseDuration = store.leaseDuration
    self.routing = routing
    self.completer = completer
    self.disabled = disabled
    leases = LeaseKeeper(store: store, grace: grace, reserve: settings.leaseReserve, clock: clock, logger: logger)
    releases = ReleaseQueue(
      store: store, routing: routing, completer: completer, settings: settings, clock: clock, metrics: metrics,
      logger: logger)
    self.settings = settings
    self.clock = clock
    self.metrics = metrics
    self.logger = logger
    machine = Mutex(DispatchStateMachine(leaseReserve: settings.leaseReserve, breaker: settings.breaker))
    (orders, order) = AsyncStream.makeStream()
  }

  /// Takes deliveries over that this node has leased.
  /// - Parameter leasedAt: a moment before PostgreSQL wrote the lease
  func accept(_ leased: [LeasedDelivery], leasedAt: ContinuousClock.Instant) {
    if leased.isEmpty { return }
    let ends = leasedAt + leaseDuration
    let table = routing.table
    var items: [Item] = []
    var unknown: [Item] = []
    for leased in leased {
      let item = Item(leased: leased, leaseEnds: ends, acceptedAt: leasedAt)
      if table.has(item.target) { items.append(item) } else { unknown.append(item) }
    }
    if !unknown.isEmpty { releases.add(unknown, after: settings.unknownTargetPause) }
    let now = clock.now
    perform(machine.withLock { $0.accept(items, concurrency: table.concurrency, now: now) })
  }

  /// Sends until the service shuts down: attempts under way are finished, what waits is given back.
  package func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { releasing in
        releasing.addTask { await self.releases.run() }
        await withTaskGroup(of: Void.self) { group in
          group.addTask { await self.leases.keep(self) }
          await withDiscardingTaskGroup { attempts in
            for await item in orders { attempts.addTask { await self.attempt(item) } }
          }
          group.cancelAll()
        }
        releases.close()
      }
    } onGracefulShutdown: {
      self.perform(self.machine.withLock { $0.close() })
      self.order.finish()
    }
  }

  private func perform(_ actions: [DispatchStateMachine.Action]) {
    for action in actions {
      switch action {
      case .send(let item): order.yield(item)
      case .release(let items, let after): releases.add(items, after: after)
      case .abort(let ids):
        attempts.stop(ids)
        logger.info(
          "deliveries are left to others: their leases end", metadata: ["count": .stringConvertible(ids.count)])
      }
    }
  }

  private func attempt(_ item: Item) async {
    let planned = item.leased.planned
    let start = clock.now
    // Whether it may begin is asked behind the moment from which on it can be stopped.
    let outcome = await attempts.run(planned.id) { self.mayBegin(item) ? await self.send(item.leased) : nil }
    guard let outcome else { return }
    let now = clock.now
    let routing = routing.snapshot
    let (isHeld, actions) = machine.withLock {
      $0.finished(
        planned.id, to: planned.target, outcome: outcome, concurrency: routing.table.concurrency, now: now)
    }
    perform(actions)
    metrics.attempted(planned.channel, outcome, took: now - start)
    // What somebody else holds, they try again; only that it arrived would be news.
    guard isHeld || outcome.failure == nil else { return }
    let settlement = routing.settlement(
      of: planned, after: outcome, attempt: item.leased.attempts + 1, age: item.age(at: now),
      draw: Double.random(in: 0..<1))
    completer.complete(item, outcome, settlement, from: start, to: now, routing) {
      self.machine.withLock { $0.written(planned.id, to: planned.target) }
    }
    if case .gone(let failure) = outcome { await disabled.disable(planned.target, reason: failure.reason) }
  }

  private func mayBegin(_ item: Item) -> Bool {
    let now = clock.now
    return machine.withLock { $0.mayBegin(item, now: now) }
  }

  private func send(_ leased: LeasedDelivery) async -> DeliveryOutcome {
    if let refusal = await disabled.refusal(of: leased.planned.target) { return refusal }
    let notification = Notification(
      delivery: leased.planned, alert: leased.alert, tenant: leased.tenant, attempt: leased.attempts + 1,
      progress: leased.progress)
    return await notifier.send(notification, timeout: settings.attemptTimeout)
  }
}

extension DeliveryDispatcher: LeaseHolder {
  var held: [DeliveryID] { machine.withLock { $0.held } }

  func renewed(_ kept: Set<DeliveryID>, of asked: [DeliveryID], until end: ContinuousClock.Instant) {
    let (table, now) = (routing.table, clock.now)
    perform(
      machine.withLock { $0.renewed(kept, of: asked, until: end, concurrency: table.concurrency, now: now) })
  }

  func lapse() {
    let (table, now) = (routing.table, clock.now)
    perform(machine.withLock { $0.lapse(concurrency: table.concurrency, now: now) })
  }
}
