import Logging
import ServiceLifecycle
import TocsinCore
import TocsinMetrics

/// Tells the cluster which receivers this node knows, learns which targets are disabled and for which something waits, and
/// shows backlog and breakers.
package final class ReceiverHeartbeat: Service {
  private let store: any DeliveryStore
  private let routing: ActiveRouting
  private let dispatcher: DeliveryDispatcher
  private let fetcher: DeliveryFetcher
  private let disabled: DisabledTargets
  private let publisher: StatusPublisher
  private let settings: DeliverySettings
  private let clock: any EngineClock
  private let breakers: BreakerWatch
  private let metrics: DeliveryMetrics
  private let logger: Logger

  init(
    store: any DeliveryStore, routing: ActiveRouting, dispatcher: DeliveryDispatcher, fetcher: DeliveryFetcher,
    disabled: DisabledTargets, publisher: StatusPublisher, settings: DeliverySettings, clock: any EngineClock,
    metrics: DeliveryMetrics, logger: Logger
  ) {
    self.store = store
    self.routing = routing
    self.dispatcher = dispatcher
    self.fetcher = fetcher
    self.disabled = disabled
    self.publisher = publisher
    self.settings = settings
    self.clock = clock
    breakers = BreakerWatch(metrics: metrics, logger: logger)
    self.metrics = metrics
    self.logger = logger
  }

  /// Reports until the service shuts down.
  package func run() async throws {
    await cancelWhenGracefulShutdown {
      await every(self.settings.reportInterval, jitter: 0.25, clock: self.clock) { await self.report() }
    }
  }

  private func report() async {
    do {
      let unknown = try await store.reportReceivers(
        routing.table.receivers.keys.sorted(),
        unknownAfterMilliseconds: Int64(settings.unknownReceiverPatience.seconds * 1000))
      if unknown.count > 0 {
        logger.warning(
          "deliveries were given up: no node knows their receivers any more",
          metadata: ["count": .stringConvertible(unknown.count)])
        await publisher.publish(unknown.alerts)
      }
      try await disabled.reload()
      fetcher.queued(try await store.queuedTargets())
      metrics.backlog(try await store.backlog())
    } catch {
      logger.debug("receivers could not be reported", metadata: ["error": "\(error)"])
    }
    breakers.show(dispatcher.breakers())
  }
}
