import Logging
public import TocsinCore

/// Reads deliveries and replays them.
public final class DeliveryService: Sendable {
  private let store: any DeliveryStore
  private let notifier: any Notifier
  private let alerts: AlertService
  private let updates: UpdateAnnouncer
  private let timeout: Duration
  private let logger: Logger

  /// - Parameter timeout: of a test
  init(
    store: any DeliveryStore, notifier: any Notifier, alerts: AlertService, updates: UpdateAnnouncer, timeout: Duration,
    logger: Logger
  ) {
    self.store = store
    self.notifier = notifier
    self.alerts = alerts
    self.updates = updates
    self.timeout = timeout
    self.logger = logger
  }

  /// How many deliveries one replay makes due at most: call it again for more.
  public static let replayLimit = 10_000

  /// A page of deliveries, newest alert first.
  /// - Parameter query: its limit is the page's, 1 to 1,000
  public func page(_ query: DeliveryQuery, tenant: Tenant) async throws(EngineError) -> DeliveryPage {
    let found: StoredPage<Delivery, DeliveryID>
    do { found = try await store.page(query, tenant: tenant) } catch { throw failure(error) }
    let deliveries = found.elements
    let alerts =
      deliveries.isEmpty ? [:] : try await alerts.stored(Set(deliveries.map(\.planned.alertID)), tenant: tenant)
    return DeliveryPage(
      deliveries: deliveries.map { delivery in
        DeliveryPage.Item(
          delivery: delivery, alert: alerts[delivery.planned.alertID], host: notifier.host(of: delivery.planned.target))
      }, next: found.next)
  }

  /// Makes one delivery due again; one that has not come to its end is left as it is.
  /// - Returns: the delivery as it is now, and whether this changed it
  /// - Throws: `notFound`; `unavailable`
  public func replay(
    _ id: DeliveryID, tenant: Tenant
  ) async throws(EngineError) -> (delivery: Delivery, isChanged: Bool) {
    let replayed: ChangedDeliveries
    let delivery: Delivery?
    do {
      replayed = try await store.replay(DeliveryQuery(id: id), limit: 1, tenant: tenant)
      await updates.announce(replayed.alerts)
      delivery = try await store.delivery(id, tenant: tenant)
    } catch {
      throw failure(error)
    }
    guard let delivery else { throw EngineError(.notFound, "there is no delivery \(id)") }
    return (delivery, replayed.count > 0)
  }

  /// Makes deliveries that match due again.
  /// - Returns: how many, ``replayLimit`` at most
  public func replay(_ query: DeliveryQuery, tenant: Tenant) async throws(EngineError) -> Int {
    let replayed: ChangedDeliveries
    do {
      replayed = try await store.replay(query, limit: DeliveryService.replayLimit, tenant: tenant)
    } catch {
      throw failure(error)
    }
    await updates.announce(replayed.alerts)
    return replayed.count
  }

  /// What happened to an alert, oldest first.
  /// - Throws: `notFound`; `unavailable`
  public func timeline(of id: AlertID, tenant: Tenant) async throws(EngineError) -> [TimelineEntry] {
    let alert = try await alerts.alert(id, tenant: tenant)
    let deliveries: [Delivery]
    do {
      deliveries = try await store.page(DeliveryQuery(alertID: id, limit: 1000), tenant: tenant).elements
    } catch {
      throw failure(error)
    }
    return TimelineEntry.timeline(of: alert, deliveries: deliveries)
  }

  /// The names that ``test(_:)`` knows.
  public var testable: [String] { notifier.testable }

  /// Sends a sample alert to a receiver, or through a channel. A target that was disabled and takes it is enabled again,
  /// on all nodes within seconds.
  /// - Returns: what came of each target, or nil where no receiver and no configured channel has that name
  public func test(_ name: String) async throws(EngineError) -> [TargetTest]? {
    guard let tests = await notifier.test(name, timeout: timeout) else { return nil }
    for test in tests {
      guard case .delivered = test.outcome else { continue }
      do {
        try await store.disable(test.target, reason: nil)
      } catch {
        logger.debug("a target could not be enabled again", metadata: ["error": "\(error)"])
      }
    }
    return tests
  }

  private func failure(_ error: StoreError) -> EngineError {
    EngineError(error, logger: logger)
  }
}

/// A page of deliveries.
public struct DeliveryPage: Sendable {
  /// A delivery, and what people want to know of it.
  public struct Item: Sendable {
    /// The delivery.
    public let delivery: Delivery
    /// What it tells of; nil where retention was faster.
    public let alert: Alert?
    /// The host of its target; nil where this node's configuration does not have that.
    public let host: String?
  }

  /// The deliveries.
  public let deliveries: [Item]
  /// Where the next page begins (``DeliveryQuery/before``), or nil where this is the last one.
  public let next: DeliveryID?
}
