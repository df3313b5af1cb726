import Logging
import ServiceLifecycle
import TocsinCore
import TocsinMetrics

/// Tells the cluster which receivers this node knows, learns which targets are disabled, and shows the backlog.
package final class DeliveryReporter: Service {
  private let store: any DeliveryStore
  private let book: RoutingBook
  private let dispatcher: Dispatcher
  private let updates: UpdateAnnouncer
  private let settings: DeliverySettings
  private let metrics: DeliveryMetrics
  private let logger: Logger

  init(
    store: any DeliveryStore, book: RoutingBook, dispatcher: Dispatcher, updates: UpdateAnnouncer,
    settings: DeliverySettings, metrics: DeliveryMetrics, logger: Logger
  ) {
    self.store = store
    self.book = book
    self.dispatcher = dispatcher
    self.updates = updates
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
        book.table.receivers.keys.sorted(),
        unknownAfterMilliseconds: Int64(settings.unknownReceiverPatience.seconds * 1000))
      if unknown.count > 0 {
        logger.warning(
          "deliveries were given up: no node knows their receivers any more",
          metadata: ["count": .stringConvertible(unknown.count)])
        await updates.announce(unknown.alerts)
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
