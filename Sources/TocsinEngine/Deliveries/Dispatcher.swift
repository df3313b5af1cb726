import Logging
public import ServiceLifecycle
import Synchronization
import TocsinCore

/// Sends what this node has leased: deliveries that it has just committed, and those that it took up.
public final class Dispatcher: Service {
  private struct State {
    var dispatch: DispatchState
    var disabled: [TargetName: String] = [:]
    /// The attempts under way, to be stopped when their lease ends.
    var attempts: [DeliveryID: Task<DeliveryOutcome, Never>] = [:]
  }

  /// What ``run()`` has to do.
  private enum Order: Sendable {
    case send(DispatchState.Item)
    case release([DeliveryID], after: Duration)
  }

  private let notifier: any Notifier
  private let store: any DeliveryStore
  private let book: RoutingBook
  private let results: ResultWriter
  private let settings: DeliverySettings
  private let metrics: DeliveryMetrics
  private let logger: Logger
  private let state: Mutex<State>
  private let orders: AsyncStream<Order>
  private let order: AsyncStream<Order>.Continuation

  init(
    notifier: any Notifier, store: any DeliveryStore, book: RoutingBook, results: ResultWriter,
    settings: DeliverySettings, metrics: DeliveryMetrics, logger: Logger
  ) {
    self.notifier = notifier
    self.store = store
    self.book = book
    self.results = results
    self.settings = settings
    self.metrics = metrics
    self.logger = logger
    state = Mutex(
      State(
        dispatch: DispatchState(
          queueLimit: settings.queueLimit, leaseReserve: settings.leaseReserve, breaker: settings.breaker)))
    (orders, order) = AsyncStream.makeStream()
  }

  /// Takes deliveries over that this node has leased.
  /// - Parameter leasedAt: a moment before PostgreSQL wrote the lease
  func accept(_ leased: [LeasedDelivery], leasedAt: ContinuousClock.Instant) {
    if leased.isEmpty { return }
    let ends = leasedAt + store.leaseDuration
    let items = leased.map { DispatchState.Item(leased: $0, leaseEnds: ends, acceptedAt: leasedAt) }
    let receivers = book.table.receivers
    perform(
      state.withLock { state in
        state.dispatch.accept(items, concurrency: { receivers[$0]?.concurrency ?? 1 }, now: .now)
      })
  }

  /// How many more deliveries this node should take up.
  var room: Int { max(0, settings.takeLimit - state.withLock { $0.dispatch.count }) }

  /// Targets that want nothing any more, with the reasons.
  func disable(_ targets: [TargetName: String]) {
    state.withLock { $0.disabled = targets }
  }

  /// Shows the breakers.
  func report() {
    for (receiver, position) in state.withLock({ $0.dispatch.breakers(now: .now) }) {
      metrics.breaker(of: receiver, position)
    }
  }

  /// Sends until the service shuts down: attempts under way are finished, what waits is given back.
  public func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.keepLeases() }
        group.addTask { await self.watchLeases() }
        await withDiscardingTaskGroup { attempts in
          for await order in orders { attempts.addTask { await self.carryOut(order) } }
        }
        group.cancelAll()
      }
      results.finish()
    } onGracefulShutdown: {
      self.perform(self.state.withLock { $0.dispatch.close() })
      self.order.finish()
    }
  }

  private func perform(_ actions: [DispatchState.Action]) {
    for action in actions {
      switch action {
      case .send(let item): order.yield(.send(item))
      case .release(let ids, let after): order.yield(.release(ids, after: after))
      case .abort(let ids):
        for attempt in state.withLock({ state in ids.compactMap { state.attempts[$0] } }) { attempt.cancel() }
        logger.info("deliveries are left to others: their leases end", metadata: ["count": "\(ids.count)"])
      }
    }
  }

  private func carryOut(_ order: Order) async {
    switch order {
    case .send(let item): await attempt(item)
    case .release(let ids, let after): await release(ids, after: after)
    }
  }

  /// Gives rows back, spread a little so that they do not all return at once.
  private func release(_ ids: [DeliveryID], after: Duration) async {
    metrics.released.increment(by: ids.count)
    let wait = after * Double.random(in: 1...1.5)
    do {
      try await store.release(ids, afterMilliseconds: Int64(wait.seconds * 1000))
    } catch {
      logger.debug("deliveries could not be given back; their leases run out", metadata: ["error": "\(error)"])
    }
  }

  private func attempt(_ item: DispatchState.Item) async {
    let planned = item.leased.planned
    let start = ContinuousClock.now
    let outcome = await cancellable(item.leased)
    let now = ContinuousClock.now
    let concurrency = book.table.receivers[planned.target.receiver]?.concurrency ?? 1
    let actions = state.withLock { state in
      state.attempts[planned.id] = nil
      return state.dispatch.finished(
        planned.id, to: planned.target, outcome: outcome, concurrency: concurrency, now: now)
    }
    metrics.attempted(planned.channel, outcome, took: now - start)
    if case .gone(let failure) = outcome { await disable(planned.target, reason: failure.reason) }
    if let actions {
      perform(actions)
    } else if outcome.failure != nil {
      // Somebody else makes the attempt again; only that it arrived would be news.
      return
    }
    record(item, outcome, from: start, to: now)
  }

  private func cancellable(_ leased: LeasedDelivery) async -> DeliveryOutcome {
    let attempt = Task { await self.send(leased) }
    state.withLock { $0.attempts[leased.planned.id] = attempt }
    return await withTaskCancellationHandler {
      await attempt.value
    } onCancel: {
      attempt.cancel()
    }
  }

  private func record(
    _ item: DispatchState.Item, _ outcome: DeliveryOutcome, from start: ContinuousClock.Instant,
    to end: ContinuousClock.Instant
  ) {
    let leased = item.leased
    let planned = leased.planned
    let age = Duration.milliseconds(leased.ageMilliseconds) + (end - item.acceptedAt)
    let settlement = book.retry.settle(
      outcome, attempt: leased.attempts + 1, age: age, draw: Double.random(in: 0..<1))
    results.add(
      ResultWriter.Entry(
        result: DeliveryResult(
          id: planned.id, alertID: planned.alertID, tenant: leased.tenant, outcome: outcome, settlement: settlement,
          milliseconds: Int((end - start).seconds * 1000), fallbacks: fallbacks(of: planned, settlement, age: age)),
        alert: leased.alert))
    guard case .dead(let reason) = settlement else { return }
    metrics.gaveUp(planned.channel)
    logger.warning(
      "a delivery was given up",
      metadata: [
        "delivery_id": "\(planned.id)", "alert_id": "\(planned.alertID)",
        "receiver": "\(planned.target.receiver)", "reason": "\(reason)",
      ])
  }

  private func send(_ leased: LeasedDelivery) async -> DeliveryOutcome {
    if let reason = state.withLock({ $0.disabled[leased.planned.target] }) {
      return .permanent(DeliveryFailure("the target is disabled: \(reason)"))
    }
    let notification = Notification(
      delivery: leased.planned, alert: leased.alert, tenant: leased.tenant, attempt: leased.attempts + 1)
    return await notifier.send(notification, timeout: settings.attemptTimeout)
  }

  /// What is due to others because this delivery does not succeed.
  private func fallbacks(
    of planned: PlannedDelivery, _ settlement: RetryPolicy.Settlement, age: Duration
  ) -> [PlannedDelivery] {
    let table = book.table
    guard planned.cause == .fired || planned.cause == .fallback else { return [] }
    let receiver = planned.target.receiver
    switch settlement {
    case .delivered: return []
    case .dead: return table.fallbacks(of: receiver, alert: planned.alertID)
    case .retry:
      guard let limit = table.receivers[receiver]?.fallbackAfter, age >= limit else { return [] }
      return table.fallbacks(of: receiver, alert: planned.alertID)
    }
  }

  private func disable(_ target: TargetName, reason: String) async {
    state.withLock { $0.disabled[target] = reason }
    logger.error(
      "a target wants nothing any more and is disabled for all nodes: test the receiver to enable it again",
      metadata: ["receiver": "\(target.receiver)", "target": "\(target.target)", "reason": "\(reason)"])
    do {
      try await store.disable(target, reason: reason)
    } catch {
      logger.warning("that a target is disabled could not be written", metadata: ["error": "\(error)"])
    }
  }

  /// Renews the leases of what waits, long before they end.
  private func keepLeases() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: store.leaseDuration / 4)
      let held = state.withLock { $0.dispatch.held }
      if held.isEmpty { continue }
      let asked = ContinuousClock.now
      do {
        let kept = try await store.renew(held)
        let ends = asked + store.leaseDuration
        perform(state.withLock { $0.dispatch.renewed(kept, of: held, until: ends) })
      } catch {
        logger.debug("leases could not be renewed", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Stops what was not renewed in time; not by ``keepLeases()``, which may wait for PostgreSQL just then.
  private func watchLeases() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: settings.leaseReserve / 4)
      perform(state.withLock { $0.dispatch.lapse(now: .now) })
    }
  }
}
