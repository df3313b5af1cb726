import Logging
import ServiceLifecycle
import Synchronization
import TocsinCore
import TocsinMetrics

/// Sends what this node has leased: deliveries that it has just committed, and those that it took up.
package final class DeliveryDispatcher: Service {
  struct State {
    var dispatch: DispatchStateMachine
    var disabled: [TargetName: String] = [:]
    /// Targets that something waited for when they were last looked at.
    var queued: [TargetName] = []
    /// Receivers that were last said not to answer.
    var silent: Set<String> = []
    /// The attempts under way, to be stopped when their lease ends.
    var attempts: [DeliveryID: Task<DeliveryOutcome, Never>] = [:]
  }

  /// Rows to be given back, not to be taken before that time.
  private struct Release: Sendable {
    var items: [DispatchStateMachine.Item]
    var after: Duration
  }

  private let notifier: any Notifier
  private let store: any DeliveryStore
  let routing: ActiveRouting
  private let completer: DeliveryCompleter
  private let grace: TakeoverGrace
  let settings: DeliverySettings
  private let metrics: DeliveryMetrics
  private let logger: Logger
  let state: Mutex<State>
  private let orders: AsyncStream<DispatchStateMachine.Item>
  private let order: AsyncStream<DispatchStateMachine.Item>.Continuation
  private let releases = LaneQueue<Release>()

  init(
    notifier: any Notifier, store: any DeliveryStore, routing: ActiveRouting, completer: DeliveryCompleter,
    grace: TakeoverGrace,
    settings: DeliverySettings, metrics: DeliveryMetrics, logger: Logger
  ) {
    self.notifier = notifier
    self.store = store
    self.routing = routing
    self.completer = completer
    self.grace = grace
    self.settings = settings
    self.metrics = metrics
    self.logger = logger
    state = Mutex(
      State(
        dispatch: DispatchStateMachine(
          leaseReserve: settings.leaseReserve, breaker: settings.breaker)))
    (orders, order) = AsyncStream.makeStream()
  }

  /// Takes deliveries over that this node has leased.
  /// - Parameter leasedAt: a moment before PostgreSQL wrote the lease
  func accept(_ leased: [LeasedDelivery], leasedAt: ContinuousClock.Instant) {
    if leased.isEmpty { return }
    let ends = leasedAt + store.leaseDuration
    let table = routing.table
    var items: [DispatchStateMachine.Item] = []
    var strangers: [DispatchStateMachine.Item] = []
    for leased in leased {
      let item = DispatchStateMachine.Item(leased: leased, leaseEnds: ends, acceptedAt: leasedAt)
      if table.has(item.target) { items.append(item) } else { strangers.append(item) }
    }
    if !strangers.isEmpty { perform([.release(strangers, after: settings.strangerPause)]) }
    perform(state.withLock { $0.dispatch.accept(items, concurrency: table.concurrency, now: .now) })
  }

  /// Targets that want nothing any more, with the reasons.
  func disable(_ targets: [TargetName: String]) {
    state.withLock { $0.disabled = targets }
  }

  /// Shows the breakers.
  func report() {
    let table = routing.table
    state.withLock { $0.dispatch.keep(where: table.has) }
    let breakers = state.withLock { $0.dispatch.breakers(now: .now) }
    for (receiver, position) in breakers { metrics.breaker(of: receiver, position) }
    let silent = Set(breakers.filter { $0.value != .closed }.keys)
    let before = state.withLock { state in
      defer { state.silent = silent }
      return state.silent
    }
    for receiver in silent.subtracting(before).sorted() {
      logger.warning(
        "a receiver does not answer: its deliveries wait, and are tried again", metadata: ["receiver": "\(receiver)"])
    }
    for receiver in before.subtracting(silent).sorted() where breakers[receiver] == .closed {
      logger.notice("a receiver answers again", metadata: ["receiver": "\(receiver)"])
    }
  }

  /// Sends until the service shuts down: attempts under way are finished, what waits is given back.
  package func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { releasing in
        releasing.addTask { await self.workOffReleases() }
        await withTaskGroup(of: Void.self) { group in
          group.addTask { await self.keepLeases() }
          group.addTask { await self.watchLeases() }
          await withDiscardingTaskGroup { attempts in
            for await item in orders { attempts.addTask { await self.attempt(item) } }
          }
          group.cancelAll()
        }
        releases.close()
      }
    } onGracefulShutdown: {
      self.perform(self.state.withLock { $0.dispatch.close() })
      self.order.finish()
    }
  }

  private func perform(_ actions: [DispatchStateMachine.Action]) {
    for action in actions {
      switch action {
      case .send(let item): order.yield(item)
      case .release(let items, let after):
        _ = releases.append(Release(items: items, after: after), weight: items.count)
      case .abort(let ids):
        for attempt in state.withLock({ state in ids.compactMap { state.attempts[$0] } }) { attempt.cancel() }
        logger.info(
          "deliveries are left to others: their leases end", metadata: ["count": .stringConvertible(ids.count)])
      }
    }
  }

  private func workOffReleases() async {
    while true {
      let taken = await releases.next(limit: 1000)
      if taken.isEmpty { return }
      await release(taken)
      try? await Task.sleep(for: settings.releaseInterval)
    }
  }

  /// Gives rows back, many by one statement, spread a little so that they do not all return at once. What has waited too
  /// long is given up, and what has waited so long that others are to be told is theirs, too: nobody may wait for an
  /// attempt that is not made.
  private func release(_ releases: [Release]) async {
    let now = ContinuousClock.now
    let retry = routing.retry
    let table = routing.table
    var waiting: [Int64: [DeliveryID]] = [:]
    let moved = await moveToReplacements(releases.flatMap(\.items), table)
    for release in releases {
      metrics.released.increment(by: release.items.count)
      let wait = release.after * Double.random(in: 1...1.5)
      for item in release.items where !moved.contains(item.id) {
        let age = item.age(at: now)
        let isStranger = !table.has(item.target)
        let limit = isStranger ? min(settings.unknownReceiverPatience, retry.patience) : retry.patience
        let reason =
          isStranger
          ? "the configuration has no such target any more" : "not tried: the target has not answered for a while"
        if age > limit {
          record(item, .retryable(DeliveryFailure(reason)), .dead(reason), from: now, to: now)
        } else if let told = toldAfter(item.leased.planned), age >= told {
          record(item, .retryable(DeliveryFailure(reason)), .retry(after: wait), from: now, to: now)
        } else {
          let milliseconds = Int64(capped(wait, item.leased.planned, age: age).seconds * 1000)
          // Rounded up, so that few statements do.
          waiting[(milliseconds + 499) / 500 * 500, default: []].append(item.id)
        }
      }
    }
    for (milliseconds, ids) in waiting {
      do {
        try await store.release(ids, afterMilliseconds: milliseconds)
      } catch {
        logger.debug("deliveries could not be given back; their leases run out", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Gives deliveries whose target is not in the configuration any more to the one that took its place.
  /// - Returns: those that have another target now
  private func moveToReplacements(_ items: [DispatchStateMachine.Item], _ table: RoutingTable) async -> Set<DeliveryID>
  {
    // One old target after another: what one of them has given to the new one must not come from the next as well.
    let strangers = Dictionary(
      grouping: items.lazy.filter { !table.has($0.target) }.map(\.leased), by: \.planned.target)
    var moved: Set<DeliveryID> = []
    for deliveries in strangers.values {
      guard let other = routing.replacement(of: deliveries[0].planned.place) else { continue }
      let target = other.name
      do {
        let now = try await store.retarget(deliveries, to: target, told: other.causes)
        moved.formUnion(now)
        if !now.isEmpty {
          logger.info(
            "deliveries go to the target that took the place of theirs",
            metadata: [
              "receiver": "\(target.receiver)", "target": "\(target.target)", "count": .stringConvertible(now.count),
            ])
        }
      } catch {
        logger.debug("deliveries could not be given another target", metadata: ["error": "\(error)"])
      }
    }
    return moved
  }

  /// After how long of failing the fallbacks of a delivery are told, too; nil for never, or where there are none.
  private func toldAfter(_ planned: PlannedDelivery) -> Duration? {
    planned.cause.tellsOfFiring ? routing.table.receivers[planned.target.receiver]?.fallbacksToldAfter : nil
  }

  /// A waiting time that does not pass over the moment at which the fallbacks are to be told.
  private func capped(_ wait: Duration, _ planned: PlannedDelivery, age: Duration) -> Duration {
    guard let told = toldAfter(planned), told > age else { return wait }
    return min(wait, told - age + .milliseconds(10))
  }

  private func attempt(_ item: DispatchStateMachine.Item) async {
    let planned = item.leased.planned
    let start = ContinuousClock.now
    guard let outcome = await cancellable(item) else { return }
    let now = ContinuousClock.now
    let table = routing.table
    let (isHeld, actions) = state.withLock { state in
      state.attempts[planned.id] = nil
      return state.dispatch.finished(
        planned.id, to: planned.target, outcome: outcome, concurrency: table.concurrency, now: now)
    }
    perform(actions)
    metrics.attempted(planned.channel, outcome, took: now - start)
    // What somebody else holds, they try again; only that it arrived would be news.
    guard isHeld || outcome.failure == nil else { return }
    var settlement = routing.retry.settle(
      outcome, attempt: item.leased.attempts + 1, age: item.age(at: now), draw: Double.random(in: 0..<1))
    if case .retry(let wait) = settlement {
      settlement = .retry(after: capped(wait, planned, age: item.age(at: now)))
    }
    record(item, outcome, settlement, from: start, to: now)
    if case .gone(let failure) = outcome { await disable(planned.target, reason: failure.reason) }
  }

  /// - Returns: nil where the lease ended before the attempt began
  private func cancellable(_ item: DispatchStateMachine.Item) async -> DeliveryOutcome? {
    let attempt = state.withLock { state -> Task<DeliveryOutcome, Never>? in
      guard state.dispatch.mayBegin(item, now: .now) else { return nil }
      let attempt = Task { await self.send(item.leased) }
      state.attempts[item.id] = attempt
      return attempt
    }
    guard let attempt else { return nil }
    return await withTaskCancellationHandler {
      await attempt.value
    } onCancel: {
      attempt.cancel()
    }
  }

  private func record(
    _ item: DispatchStateMachine.Item, _ outcome: DeliveryOutcome, _ settlement: RetryPolicy.Settlement,
    from start: ContinuousClock.Instant, to end: ContinuousClock.Instant
  ) {
    let leased = item.leased
    let planned = leased.planned
    completer.add(
      DeliveryCompleter.Entry(
        result: DeliveryResult(
          id: planned.id, alertID: planned.alertID, tenant: leased.tenant, outcome: outcome, settlement: settlement,
          milliseconds: Int((end - start).seconds * 1000),
          fallbacks: fallbacks(of: planned, settlement, age: item.age(at: end)),
          progress: leased.progress.adding(outcome.failure?.progress ?? DeliveryProgress())),
        alert: leased.alert,
        whenWritten: { self.state.withLock { $0.dispatch.written(planned.id, to: planned.target) } }))
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
    let target = leased.planned.target
    if state.withLock({ $0.disabled[target] }) != nil {
      // Somebody may have enabled it a moment ago: a delivery is not given up for what is not so any more.
      do { disable(try await store.disabledTargets()) } catch {
        return .retryable(DeliveryFailure("whether the target is still disabled could not be read"))
      }
    }
    if let reason = state.withLock({ $0.disabled[target] }) {
      return .permanent(DeliveryFailure("the target is disabled: \(reason)"))
    }
    let notification = Notification(
      delivery: leased.planned, alert: leased.alert, tenant: leased.tenant, attempt: leased.attempts + 1,
      progress: leased.progress)
    return await notifier.send(notification, timeout: settings.attemptTimeout)
  }

  /// What is due to others because this delivery does not succeed.
  private func fallbacks(
    of planned: PlannedDelivery, _ settlement: RetryPolicy.Settlement, age: Duration
  ) -> [PlannedDelivery] {
    guard planned.cause == .fired || planned.cause == .fallback else { return [] }
    switch settlement {
    case .delivered: return []
    case .dead: break
    case .retry: guard let told = toldAfter(planned), age >= told else { return [] }
    }
    return routing.table.fallbacks(of: planned.target.receiver, alert: planned.alertID)
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

  /// Renews the leases of everything that is held, long before they end.
  private func keepLeases() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: store.leaseDuration / 4)
      let held = state.withLock { $0.dispatch.held }
      if held.isEmpty { continue }
      let asked = ContinuousClock.now
      do {
        let kept = try await store.renew(held)
        let ends = asked + store.leaseDuration
        let table = routing.table
        perform(
          state.withLock {
            $0.dispatch.renewed(kept, of: held, until: ends, concurrency: table.concurrency, now: .now)
          })
      } catch {
        grace.begin()
        logger.debug("leases could not be renewed", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Stops what was not renewed in time; not by ``keepLeases()``, which may wait for PostgreSQL just then.
  private func watchLeases() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: settings.leaseReserve / 4)
      let table = routing.table
      perform(state.withLock { $0.dispatch.lapse(concurrency: table.concurrency, now: .now) })
    }
  }
}
