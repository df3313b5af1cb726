package import TocsinCore

/// A delivery store that holds nothing and a notifier without receivers, for tests of what comes before deliveries.
package struct NoDeliveries: Sendable {
  /// Nothing.
  package init() {}
}

extension NoDeliveries: DeliveryStore {
  package var leaseDuration: Duration { .seconds(60) }

  package func lease(_ limit: Int, of wanted: [WantedDeliveries]) async throws(StoreError) -> LeasedDeliveries {
    LeasedDeliveries()
  }
  package func retarget(
    _ deliveries: [LeasedDelivery], to target: TargetName, told causes: Set<DeliveryCause.Kind>
  ) async throws(StoreError) -> Set<DeliveryID> { [] }
  package func queuedTargets() async throws(StoreError) -> [TargetName] { [] }
  package func renew(_ deliveries: [DeliveryID]) async throws(StoreError) -> Set<DeliveryID> { Set(deliveries) }
  package func complete(_ results: [DeliveryResult]) async throws(StoreError) -> [StatusChange] { [] }
  package func release(_ deliveries: [DeliveryID], afterMilliseconds: Int64) async throws(StoreError) {}
  package func reportReceivers(
    _ names: [String], unknownAfterMilliseconds: Int64
  ) async throws(StoreError) -> ChangedDeliveries { ChangedDeliveries() }
  package func disabledTargets() async throws(StoreError) -> [TargetName: String] { [:] }
  package func disable(_ target: TargetName, reason: String?) async throws(StoreError) {}
  package func backlog() async throws(StoreError) -> DeliveryBacklog {
    DeliveryBacklog(unfinished: 0, dead: 0, oldestMilliseconds: 0)
  }
  package func page(
    _ query: DeliveryQuery, tenant: Tenant
  ) async throws(StoreError) -> StoredPage<Delivery, DeliveryID> { StoredPage(elements: [], next: nil) }
  package func delivery(_ id: DeliveryID, tenant: Tenant) async throws(StoreError) -> Delivery? { nil }
  package func replay(
    _ query: DeliveryQuery, limit: Int, tenant: Tenant
  ) async throws(StoreError) -> ChangedDeliveries { ChangedDeliveries() }
}

extension NoDeliveries: Notifier {
  package var testable: [String] { [] }
  package func send(_ notification: Notification, timeout: Duration) async -> DeliveryOutcome {
    .delivered(status: 200)
  }
  package func test(_ name: String, timeout: Duration) async -> [TargetTest]? { nil }
}
