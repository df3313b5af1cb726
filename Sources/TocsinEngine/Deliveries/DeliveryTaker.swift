import Logging
public import ServiceLifecycle
import Synchronization
import TocsinCore

/// Takes up deliveries that are due: retries, and what other nodes left behind.
public final class DeliveryTaker: Service {
  private let store: any DeliveryStore
  private let book: RoutingBook
  private let dispatcher: Dispatcher
  private let results: ResultWriter
  private let settings: DeliverySettings
  private let metrics: DeliveryMetrics
  private let logger: Logger
  private let notBefore: Mutex<ContinuousClock.Instant>

  init(
    store: any DeliveryStore, book: RoutingBook, dispatcher: Dispatcher, results: ResultWriter,
    settings: DeliverySettings, metrics: DeliveryMetrics, logger: Logger
  ) {
    self.store = store
    self.book = book
    self.dispatcher = dispatcher
    self.results = results
    self.settings = settings
    self.metrics = metrics
    self.logger = logger
    notBefore = Mutex(.now + settings.takeoverGrace)
  }

  /// PostgreSQL is back: results that were kept meanwhile, here and on other nodes, go first.
  func postgresIsBack() {
    notBefore.withLock { $0 = .now + settings.takeoverGrace }
  }

  /// Takes until the service shuts down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let isFull = await self.take()
        if isFull { continue }
        try? await Task.sleep(for: self.settings.takeInterval * Double.random(in: 0.75...1.25))
      }
    }
  }

  /// - Returns: whether there may be more
  private func take() async -> Bool {
    let receivers = book.table.receivers.keys.sorted()
    let room = dispatcher.room
    guard !receivers.isEmpty, room > 0, results.waitingCount == 0, notBefore.withLock({ $0 <= .now }) else {
      return false
    }
    let start = ContinuousClock.now
    do {
      let taken = try await store.take(room, for: receivers)
      metrics.taken.increment(by: taken.count)
      dispatcher.accept(taken, leasedAt: start)
      return taken.count == room
    } catch {
      logger.debug("deliveries could not be taken up", metadata: ["error": "\(error)"])
      return false
    }
  }
}
