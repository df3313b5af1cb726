import PostgresClient
import TocsinCore

/// Alerts as parameters, each once, in the order of their ids.
struct AlertSet {
  private let alerts: [AlertKey]

  init(_ alerts: some Sequence<AlertKey>) {
    self.alerts = Set(alerts).sorted { $0.id < $1.id }
  }

  /// Tenants and ids: two arrays of one length.
  var names: [PostgresValue] {
    [.textArray(alerts.map(\.tenant.rawValue)), .uuidArray(alerts.map(\.id.uuid))]
  }

  /// The same, and the first and the last id. These two follow from the others; they tell which partitions are meant
  /// before a statement begins.
  var parameters: [PostgresValue] {
    names + [.uuid((alerts.first?.id ?? .highest).uuid), .uuid((alerts.last?.id ?? .lowest).uuid)]
  }

  /// The rows of ``names`` as the relation `meant`, in a statement whose first parameters they are.
  static let meant = "unnest($1::text[], $2::uuid[]) AS meant (tenant, alert_id)"

  /// For each of `meant` the rows of a partitioned table, in a statement whose first parameters are ``parameters``. A
  /// subquery that is not joined looks into one partition for each; a join would look for all of them in all.
  static func rows(_ columns: String, of table: String, where condition: String = "true", suffix: String) -> String {
    """
    \(meant) CROSS JOIN LATERAL (
        SELECT \(columns) FROM \(table) d
        WHERE d.tenant = meant.tenant AND d.alert_id = meant.alert_id AND d.alert_id >= $3 AND d.alert_id <= $4
          AND \(condition)
        \(suffix)
      ) found
    """
  }
}
