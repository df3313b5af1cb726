import TocsinCore

@testable import TocsinPostgres

extension PostgresAlertStore {
  /// The first alerts that match.
  func alerts(_ query: AlertQuery, tenant: Tenant) async throws(StoreError) -> [Alert] {
    try await page(query, tenant: tenant).elements
  }
}

extension PostgresDeliveryStore {
  /// The first deliveries that match.
  func deliveries(_ query: DeliveryQuery, tenant: Tenant) async throws(StoreError) -> [Delivery] {
    try await page(query, tenant: tenant).elements
  }
}

extension PostgresRuleStore {
  /// The newest changes of a rule.
  func history(ruleID: String, tenant: Tenant, limit: Int) async throws(StoreError) -> [RuleChange] {
    try await history(ruleID: ruleID, tenant: tenant, before: .max, limit: limit).elements
  }
}
