import Logging
import TocsinCore
import TocsinMetrics

/// Gives deliveries back that this node cannot send soon: many by one statement, spread a little so that they do not all
/// return at once.
///
/// What has waited too long is given up, and what has waited so long that its fallbacks are to be notified is theirs, too:
/// nobody may wait for an attempt that is not made. What goes to a target that was replaced is given to the new one.
final class ReleaseQueue: Sendable {
  typealias Item = DispatchStateMachine.Item

  /// Rows to be given back, not to be taken before that time.
  private struct Release: Sendable {
    var items: [Item]
    var after: Duration
  }

  private let store: any DeliveryStore
  private let routing: ActiveRouting
  private let completer: DeliveryCompleter
  private let settings: DeliverySettings
  private let clock: any EngineClock
  private let metrics: DeliveryMetrics
  private let logger: Logger
  private let queue = LaneQueue<Release>()
  private let limit = 1000

  init(
    store: any DeliveryStore, routing: ActiveRouting, completer: DeliveryCompleter, settings: DeliverySettings,
    clock: any EngineClock, metrics: DeliveryMetrics, logger: Logger
  ) {
    self.store = store
    self.routing = routing
    self.completer = completer
    self.settings = settings
    self.clock = clock
    self.metrics = metrics
    self.logger = logger
  }

  /// Passes deliveries on that are to be given back, not to be taken before that time. After ``close()`` their leases run
  /// out instead.
  func add(_ items: [Item], after: Duration) {
    _ = queue.append(Release(items: items, after: after), weight: items.count)
  }

  /// Gives back until ``close()``; then what was added is still given back.
  func run() async {
    while true {
      let taken = await queue.next(limit: limit)
      if taken.isEmpty { return }
      await release(taken)
      try? await clock.sleep(for: settings.releaseInterval)
    }
  }

  /// Ends ``run()``.
  func close() {
    queue.close()
  }

  private func release(_ releases: [Release]) async {
    let now = clock.now
    let routing = routing.snapshot
    let moved = await moveToReplacements(releases.flatMap(\.items), routing)
    var waiting: [Int64: [DeliveryID]] = [:]
    for release in releases {
      metrics.released.increment(by: release.items.count)
      let wait = release.after * Double.random(in: 1...1.5)
      for item in release.items where !moved.contains(item.id) {
        let age = item.age(at: now)
        let planned = item.leased.planned
        let ended = routing.settlement(
          ofUntried: planned, age: age, wait: wait, unknownTargetPatience: settings.unknownReceiverPatience)
        if let ended {
          completer.complete(
            item, .retryable(DeliveryFailure(ended.reason)), ended.settlement, from: now, to: now, routing)
        } else {
          let milliseconds = Int64(routing.capped(wait, planned, age: age).seconds * 1000)
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
  private func moveToReplacements(_ items: [Item], _ routing: RoutingSnapshot) async -> Set<DeliveryID> {
    // One old target after another: what one of them has given to the new one must not come from the next as well.
    let unknown = Dictionary(
      grouping: items.lazy.filter { !routing.table.has($0.target) }.map(\.leased), by: \.planned.target)
    var moved: Set<DeliveryID> = []
    for deliveries in unknown.values {
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
}
