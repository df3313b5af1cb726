import PostgresClient
import TocsinCore

/// Planned deliveries as parameters, and how statements make rows of them.
struct PlannedRows {
  private var tenants: [String] = []
  private var planned: [PlannedDelivery] = []

  var isEmpty: Bool { planned.isEmpty }

  mutating func append(_ delivery: PlannedDelivery, tenant: Tenant) {
    tenants.append(tenant.rawValue)
    planned.append(delivery)
  }

  /// Arrays of one length, in the order of ``relation(from:)``.
  var parameters: [PostgresValue] {
    [
      .textArray(tenants),
      .uuidArray(planned.map(\.alertID.uuid)),
      .uuidArray(planned.map(\.id.uuid)),
      .textArray(planned.map(\.cause.rawValue)),
      .int8Array(planned.map { Int64($0.cause.sequence) }),
      .textArray(planned.map(\.target.receiver)),
      .textArray(planned.map(\.target.target)),
      .textArray(planned.map(\.channel.rawValue)),
    ]
  }

  /// Whether each is to wait: an array of the same length.
  var waits: PostgresValue { .boolArray(planned.map(\.waits)) }

  /// The rows of ``parameters``, the first of which has that number, as the relation `planned`; with one more column
  /// where one more array follows.
  static func relation(from first: Int, _ another: (name: String, type: String)? = nil) -> String {
    var types = ["text", "uuid", "uuid", "text", "int8", "text", "text", "text"]
    var names = columns
    if let another {
      types.append(another.type)
      names += ", \(another.name)"
    }
    let arrays = types.enumerated().map { "$\(first + $0)::\($1)[]" }.joined(separator: ", ")
    return "unnest(\(arrays)) AS planned (\(names))"
  }

  /// The columns that are written with ``values``.
  static let columns = "tenant, alert_id, delivery_id, cause, sequence, receiver, target, channel"

  /// Those columns of `planned`.
  static let values = columns(of: "planned")

  /// Those columns of the table of that alias.
  static func columns(of table: String) -> String {
    columns.split(separator: ", ").map { "\(table).\($0)" }.joined(separator: ", ")
  }
}

extension DeliveryID {
  /// The id in a column or parameter.
  var uuid: PostgresUUID { PostgresUUID(high: high, low: low) }

  /// The id that a column holds.
  init(_ uuid: PostgresUUID) { self.init(high: uuid.high, low: uuid.low) }

  /// Its alert's id is not less than this.
  var lowestAlert: AlertID { AlertID(high: high & ~0xffff, low: 0) }

  /// Its alert's id is less than this.
  var behindAlert: AlertID { AlertID(high: (high & ~0xffff) &+ 0x1_0000, low: 0) }
}
