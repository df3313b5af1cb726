import Logging
import ServiceLifecycle
import TocsinCore
import TocsinMetrics

/// Takes up deliveries that are due: retries, and what other nodes left behind.
package final class DeliveryTaker: Service {
  private let store: any DeliveryStore
  private let dispatcher: Dispatcher
  private let updates: UpdateAnnouncer
  private let results: ResultWriter
  private let settings: DeliverySettings
  private let metrics: DeliveryMetrics
  private let logger: Logger
  private let pause: TakeoverPause

  init(
    store: any DeliveryStore, dispatcher: Dispatcher, updates: UpdateAnnouncer, results: ResultWriter,
    pause: TakeoverPause, settings: DeliverySettings, metrics: DeliveryMetrics, logger: Logger
  ) {
    self.store = store
    self.dispatcher = dispatcher
    self.updates = updates
    self.results = results
    self.settings = settings
    self.metrics = metrics
    self.logger = logger
    self.pause = pause
  }

  /// Takes until the service shuts down.
  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let wait = await self.take() ? self.settings.nextTake : self.settings.takeInterval
        try? await Task.sleep(for: wait * Double.random(in: 0.75...1.25))
      }
    }
  }

  /// - Returns: whether there may be more
  private func take() async -> Bool {
    let room = dispatcher.room
    let wanted = dispatcher.wanted
    guard !wanted.isEmpty, room > 0, !results.isBehind, pause.isOver else { return false }
    let start = ContinuousClock.now
    do {
      let taken = try await store.take(room, of: wanted)
      metrics.taken.increment(by: taken.deliveries.count)
      dispatcher.accept(taken.deliveries, leasedAt: start)
      await updates.announce(taken.cancelled)
      return taken.counts.values.reduce(0, +) == room
        || wanted.contains { taken.counts[$0.target, default: 0] >= $0.limit }
    } catch {
      pause.begin()
      logger.debug("deliveries could not be taken up", metadata: ["error": "\(error)"])
      return false
    }
  }
}
