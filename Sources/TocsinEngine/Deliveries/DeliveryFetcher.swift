import Logging
import ServiceLifecycle
import Synchronization
import TocsinCore
import TocsinMetrics

/// Leases deliveries that are due: retries, and what other nodes left behind.
package final class DeliveryFetcher: Service {
  private let store: any DeliveryStore
  private let routing: ActiveRouting
  private let dispatcher: DeliveryDispatcher
  private let publisher: StatusPublisher
  private let completer: DeliveryCompleter
  private let grace: TakeoverGrace
  private let settings: DeliverySettings
  private let clock: any EngineClock
  private let metrics: DeliveryMetrics
  private let logger: Logger
  /// The targets for which deliveries waited when last looked at.
  private let queued = Mutex<[TargetName]>([])

  init(
    store: any DeliveryStore, routing: ActiveRouting, dispatcher: DeliveryDispatcher, publisher: StatusPublisher,
    completer: DeliveryCompleter, grace: TakeoverGrace, settings: DeliverySettings, clock: any EngineClock,
    metrics: DeliveryMetrics, logger: Logger
  ) {
    self.store = store
    self.routing = routing
    self.dispatcher = dispatcher
    self.publisher = publisher
    self.completer = completer
    self.grace = grace
    self.settings = settings
    self.clock = clock
    self.metrics = metrics
    self.logger = logger
  }

  /// Says for which targets deliveries wait. Those that are no longer in the configuration are fetched, too, so that they do
  /// not wait for ever.
  func queued(_ targets: [TargetName]) {
    queued.withLock { $0 = targets }
  }

  /// Leases until the service shuts down.
  package func run() async throws {
    await cancelWhenGracefulShutdown {
      await every(self.settings.fetchInterval, jitter: 0.25, clock: self.clock) {
        while await self.lease() {
          // There may be more.
          let pause = self.settings.nextFetch * Double.random(in: 0.75...1.25)
          do { try await self.clock.sleep(for: pause) } catch { return }
        }
      }
    }
  }

  /// - Returns: whether there may be more
  private func lease() async -> Bool {
    let room = dispatcher.room
    let wanted = dispatcher.wanted(queued: queued.withLock { $0 })
    guard !wanted.isEmpty, room > 0, !completer.isBehind, grace.isOver else { return false }
    let start = clock.now
    do {
      let leased = try await store.lease(room, of: wanted)
      metrics.taken.increment(by: leased.deliveries.count)
      dispatcher.accept(leased.deliveries, leasedAt: start)
      await publisher.publish(leased.cancelled)
      return leased.counts.values.reduce(0, +) == room
        || wanted.contains { leased.counts[$0.target, default: 0] >= $0.limit }
    } catch {
      grace.begin()
      logger.debug("deliveries could not be leased", metadata: ["error": "\(error)"])
      return false
    }
  }
}
