import PostgresClient
import TocsinCore

/// An alert and whose it is.
struct AlertKey: Hashable {
  var tenant: Tenant
  var id: AlertID
}

/// Alerts as parameters: tenants, ids, the first and the last id. The last two follow from the second; they tell which
/// partitions are meant before a statement begins.
struct AlertSet {
  private let tenants: [String]
  private let ids: [AlertID]

  init(_ alerts: [AlertKey]) {
    tenants = Set(alerts.map(\.tenant.rawValue)).sorted()
    ids = Set(alerts.map(\.id)).sorted()
  }

  /// Tenants and ids.
  var names: [PostgresValue] { [.textArray(tenants), .uuidArray(ids.map(\.uuid))] }

  /// All four.
  var parameters: [PostgresValue] {
    names + [.uuid((ids.first ?? .highest).uuid), .uuid((ids.last ?? .lowest).uuid)]
  }
}
