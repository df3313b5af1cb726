import Logging
import ServiceLifecycle
import TocsinCore
import TocsinMetrics

/// Tells the cluster which receivers this node knows, learns which targets are disabled, and shows the backlog.
package final class ReceiverHeartbeat: Service {
  private let store: any DeliveryStore
  private let routing: ActiveRouting
  private let dispatcher: DeliveryDispatcher
  private let publisher: StatusPublisher
  private let settings: DeliverySettings
  private let metrics: DeliveryMetrics
  private let logger: Logger

  init(
    store: any DeliveryStore, routing: ActiveRouting, dispatcher: DeliveryDispatcher, publisher: StatusPublisher,
    settings: DeliverySettings, metrics: DeliveryMetrics, logger: Logger
  ) {
    self.store = store
    self.routing = routing
    self.dispatcher = dispatcher
    self.publisher = publisher
    self.settings = settings
    self.metrics = metrics
    self.logger = logger
  }

  /// Reports until the service shuts down.
  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await self.report()
        try? await Task.sleep(for: self.settings.reportInterval * Double.random(in: 0.75...1.25))
      }
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
        await publisher.announce(unknown.alerts)
      }
      dispatcher.disable(try await store.disabledTargets())
      dispatcher.queued(try await store.queuedTargets())
      metrics.backlog(try await store.backlog())
    } catch {
      logger.debug("receivers could not be reported", metadata: ["error": "\(error)"])
    }
    dispatcher.report()
  }
}
