import Logging
package import TocsinCore

/// Reads deliveries and replays them.
package final class DeliveryService: Sendable {
  private let store: any DeliveryStore
  private let notifier: any Notifier
  private let alerts: AlertService
  private let publisher: StatusPublisher
  private let routing: ActiveRouting
  private let planner: DeliveryPlanner
  private let timeout: Duration
  private let logger: Logger

  /// - Parameter timeout: of a test
  init(
    store: any DeliveryStore, notifier: any Notifier, alerts: AlertService, publisher: StatusPublisher,
    routing: ActiveRouting, planner: DeliveryPlanner, timeout: Duration, logger: Logger
  ) {
    self.store = store
    self.notifier = notifier
    self.alerts = alerts
    self.publisher = publisher
    self.routing = routing
    self.planner = planner
    self.timeout = timeout
    self.logger = logger
  }

  /// How many deliveries one replay makes due at most: call it again for more.
  package static let replayLimit = 10_000

  /// A page of deliveries, newest alert first.
  /// - Parameter query: its limit is the page's, 1 to 1,000
  package func page(_ query: DeliveryQuery, tenant: Tenant) async throws(EngineError) -> DeliveryPage {
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
  /// - Returns: the delivery as it is now, whether this changed it, and why it will not be sent all the same
  /// - Throws: `notFound`; `unavailable`
  package func replay(
    _ id: DeliveryID, tenant: Tenant
  ) async throws(EngineError) -> (delivery: Delivery, isChanged: Bool, obstacle: DeliveryObstacle?) {
    let replayed: ChangedDeliveries
    let delivery: Delivery?
    let disabled: [TargetName: String]
    do {
      disabled = try await store.disabledTargets()
      replayed = try await store.replay(DeliveryQuery(id: id), limit: 1, tenant: tenant)
      await publisher.publish(replayed.alerts)
      delivery = try await store.delivery(id, tenant: tenant)
    } catch {
      throw failure(error)
    }
    guard let delivery else { throw EngineError(.notFound, "there is no delivery \(id)") }
    let isChanged = replayed.count > 0
    return (delivery, isChanged, isChanged ? obstacle(to: delivery.planned.place, disabled) : nil)
  }

  /// Makes deliveries that match due again.
  /// - Returns: how many, ``replayLimit`` at most, and to which targets nothing will be sent all the same
  package func replay(
    _ query: DeliveryQuery, tenant: Tenant
  ) async throws(EngineError) -> (count: Int, blocked: [BlockedTarget]) {
    let replayed: ChangedDeliveries
    let disabled: [TargetName: String]
    do {
      disabled = try await store.disabledTargets()
      replayed = try await store.replay(query, limit: DeliveryService.replayLimit, tenant: tenant)
    } catch {
      throw failure(error)
    }
    await publisher.publish(replayed.alerts)
    let blocked = replayed.targets.compactMap { target, count in
      obstacle(to: target, disabled).map { BlockedTarget(name: target.name, count: count, obstacle: $0) }
    }
    return (
      replayed.count,
      blocked.sorted { ($0.name.receiver, $0.name.target) < ($1.name.receiver, $1.name.target) }
    )
  }

  /// Why nothing is sent to a target.
  private func obstacle(to target: DeliveryTarget, _ disabled: [TargetName: String]) -> DeliveryObstacle? {
    let routing = routing.snapshot
    let name = routing.table.has(target.name) ? target.name : routing.replacement(of: target)?.name
    guard let name else { return .unknown }
    return disabled[name].map { .disabled(reason: $0) }
  }

  /// What happened to an alert, oldest first.
  /// - Throws: `notFound`; `unavailable`
  package func timeline(of id: AlertID, tenant: Tenant) async throws(EngineError) -> [TimelineEntry] {
    let alert = try await alerts.alert(id, tenant: tenant)
    let deliveries: [Delivery]
    do {
      deliveries = try await store.page(DeliveryQuery(alertID: id, limit: 1000), tenant: tenant).elements
    } catch {
      throw failure(error)
    }
    let isNotified = deliveries.contains { $0.planned.cause.tellsOfFiring }
    return TimelineEntry.timeline(
      of: alert, deliveries: deliveries,
      unnotified: isNotified ? nil : planner.emptyPlanReason(of: alert, tenant: tenant) ?? .routingChanged)
  }

  /// The names that ``test(_:)`` knows.
  package var testable: [String] { notifier.testable }

  /// Sends a sample alert to a receiver, or through a channel. A target that was disabled and takes it is enabled again,
  /// on all nodes within seconds.
  /// - Returns: what came of each target, or nil where no receiver and no configured channel has that name
  package func test(_ name: String) async throws(EngineError) -> [TargetTest]? {
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

/// Why nothing is sent to a target.
package enum DeliveryObstacle: Sendable, Hashable, CustomStringConvertible {
  /// The receiver refuses all further deliveries.
  case disabled(reason: String)
  /// The configuration of this node has no such target. Another node's may have it.
  case unknown

  /// The reason in words, with what to do.
  package var description: String {
    switch self {
    case .disabled(let reason): "the target is disabled (\(reason)); a test of its receiver that succeeds enables it"
    case .unknown: "this node's configuration has no such target any more"
    }
  }
}

/// A target that deliveries were replayed to in vain.
package struct BlockedTarget: Sendable, Hashable {
  /// The target.
  package let name: TargetName
  /// How many deliveries it would have got.
  package let count: Int
  /// Why it gets none.
  package let obstacle: DeliveryObstacle
}

extension PlannedDelivery {
  /// Where it goes, and how.
  var place: DeliveryTarget { DeliveryTarget(name: target, channel: channel) }
}

/// A page of deliveries.
package struct DeliveryPage: Sendable {
  /// A delivery, and what people want to know of it.
  package struct Item: Sendable {
    /// The delivery.
    package let delivery: Delivery
    /// What it tells of; nil where retention was faster.
    package let alert: Alert?
    /// The host of its target; nil where this node's configuration does not have that.
    package let host: String?
  }

  /// The deliveries.
  package let deliveries: [Item]
  /// Where the next page begins (``DeliveryQuery/before``), or nil where this is the last one.
  package let next: DeliveryID?
}
