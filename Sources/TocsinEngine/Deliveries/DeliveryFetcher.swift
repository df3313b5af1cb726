import Logging
import ServiceLifecycle
import TocsinCore
import TocsinMetrics

/// Takes up deliveries that are due: retries, and what other nodes left behind.
package final class DeliveryFetcher: Service {
  private let store: any DeliveryStore
  private let dispatcher: DeliveryDispatcher
  private let publisher: StatusPublisher
  private let completer: DeliveryCompleter
  private let settings: DeliverySettings
  private let metrics: DeliveryMetrics
  private let logger: Logger
  private let grace: TakeoverGrace

  init(
    store: any DeliveryStore, dispatcher: DeliveryDispatcher, publisher: StatusPublisher, completer: DeliveryCompleter,
    grace: TakeoverGrace, settings: DeliverySettings, metrics: DeliveryMetrics, logger: Logger
  ) {
    self.store = store
    self.dispatcher = dispatcher
    self.publisher = publisher
    self.completer = completer
    self.settings = settings
    self.metrics = metrics
    self.logger = logger
    self.grace = grace
  }

  /// Takes until the service shuts down.
  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let wait = await self.lease() ? self.settings.nextTake : self.settings.takeInterval
        try? await Task.sleep(for: wait * Double.random(in: 0.75...1.25))
      }
    }
  }

  /// - Returns: whether there may be more
  private func lease() async -> Bool {
    let room = dispatcher.room
    let wanted = dispatcher.wanted
    guard !wanted.isEmpty, room > 0, !completer.isBehind, grace.isOver else { return false }
    let start = ContinuousClock.now
    do {
      let taken = try await store.lease(room, of: wanted)
      metrics.taken.increment(by: taken.deliveries.count)
      dispatcher.accept(taken.deliveries, leasedAt: start)
      await publisher.announce(taken.cancelled)
      return taken.counts.values.reduce(0, +) == room
        || wanted.contains { taken.counts[$0.target, default: 0] >= $0.limit }
    } catch {
      grace.begin()
      logger.debug("deliveries could not be taken up", metadata: ["error": "\(error)"])
      return false
    }
  }
}
