import PostgresClient
import TocsinCore

/// Which deliveries a query means, as a condition with its parameters; the statements that are made of it are few,
/// and each reads one index in its order (``AlertListShape`` has the reasons).
struct DeliveryFilter {
  /// Behind these goes the limit.
  private(set) var parameters: [PostgresValue]
  private var conditions = ["d.tenant = $1"]
  private var name = ""
  /// A common table expression that says where the list begins.
  private var place = ""
  private let wanted: Int
  /// Whether unfinished ones may match, and final ones.
  private let tables: (queued: Bool, final: Bool)

  /// What a list holds.
  init(_ query: DeliveryQuery, tenant: Tenant) {
    self.init(query, states: DeliveryFilter.states(of: query), tenant: tenant)
    if let before = query.before { add(before: before) }
  }

  /// What may be made pending again: what was given up or cancelled, unless it is named.
  init(replaying query: DeliveryQuery, tenant: Tenant) {
    let states =
      DeliveryFilter.states(of: query)
      ?? (query.id == nil ? [.dead, .cancelled] : DeliveryState.allCases.filter(\.isFinal))
    self.init(query, states: states, tenant: tenant)
  }

  /// The states that a query names, in one order, so that the same ones give the same statement; nil for any.
  private static func states(of query: DeliveryQuery) -> [DeliveryState]? {
    query.states.isEmpty ? nil : DeliveryState.allCases.filter(query.states.contains)
  }

  private init(_ query: DeliveryQuery, states: [DeliveryState]?, tenant: Tenant) {
    parameters = [.text(tenant.rawValue)]
    wanted = query.limit
    tables = (states?.contains { !$0.isFinal } ?? true, states?.contains(where: \.isFinal) ?? true)
    if let id = query.id {
      add("id", "d.delivery_id = \(value(.uuid(id.uuid)))")
      conditions.append("d.alert_id >= \(value(.uuid(id.lowestAlert.uuid)))")
      conditions.append("d.alert_id < \(value(.uuid(id.behindAlert.uuid)))")
    }
    if let alertID = query.alertID { add("alert", "d.alert_id = \(value(.uuid(alertID.uuid)))") }
    if query.since != nil || query.until != nil {
      let lowest = query.since.map { AlertID(lowerBound: $0) } ?? .lowest
      let end = query.until.map { AlertID(lowerBound: $0) } ?? .highest
      add("time", "d.alert_id >= \(value(.uuid(lowest.uuid))) AND d.alert_id < \(value(.uuid(end.uuid)))")
    }
    if let receiver = query.receiver { add("receiver", "d.receiver = \(value(.text(receiver), as: "text"))") }
    if !query.campaignIDs.isEmpty {
      let campaigns = value(.textArray(query.campaignIDs), as: "text[]")
      add(
        "campaigns",
        """
        EXISTS (
          SELECT FROM alerts a
          WHERE a.tenant = $1 AND a.alert_id = d.alert_id AND a.campaign_id = ANY (\(campaigns))
        )
        """)
    }
    if let states, query.states.count > 1 {
      // Any of many sets: one statement for all that read the same tables.
      let values = PostgresValue.textArray(states.map(\.rawValue))
      let name = "many" + (tables.queued ? "q" : "") + (tables.final ? "f" : "")
      add(name, "d.state = ANY (\(value(values, as: "text[]")))")
    } else if let states {
      // In the text, not as a parameter: the index of what is not delivered is of use only to who says so.
      let list = states.map { "'\($0)'" }.joined(separator: ", ")
      add(states.map(\.rawValue).joined(separator: "-"), "d.state IN (\(list))")
    }
  }

  /// Only what stands behind that delivery, newest first. Its alert is looked up by its time; where the delivery is
  /// gone, older alerts than its own follow.
  private mutating func add(before: DeliveryID) {
    let lowest = value(.uuid(before.lowestAlert.uuid))
    let id = value(.uuid(before.uuid))
    place = """
      WITH place AS MATERIALIZED (
        SELECT coalesce((
          SELECT c.alert_id FROM delivery_queue c WHERE c.tenant = $1 AND c.delivery_id = \(id)
        ), (
          SELECT c.alert_id FROM deliveries c
          WHERE c.tenant = $1 AND c.delivery_id = \(id)
            AND c.alert_id >= \(lowest) AND c.alert_id < \(value(.uuid(before.behindAlert.uuid)))
        ), \(lowest)) AS alert_id
      )

      """
    name += ".before"
    // The first condition follows from the second; it leaves out partitions.
    conditions.append("d.alert_id <= (SELECT alert_id FROM place)")
    conditions.append("(d.alert_id, d.delivery_id) < ((SELECT alert_id FROM place), \(id))")
  }

  private mutating func add(_ name: String, _ condition: String) {
    self.name += ".\(name)"
    conditions.append(condition)
  }

  /// Adds a parameter.
  /// - Returns: how statements name it
  private mutating func value(_ value: PostgresValue, as type: String = "uuid") -> String {
    parameters.append(value)
    return "$\(parameters.count)::\(type)"
  }

  /// The limit of a list, as a parameter.
  var limit: PostgresValue { .int8(Int64(min(max(wanted, 0), 1001))) }

  /// The list, newest first: ``parameters``, ``limit``.
  var list: PostgresStatement {
    let isLarge = wanted > 101
    var parts: [String] = []
    if tables.queued { parts.append("\(DeliveryColumns.list(ofQueued: "d")) FROM delivery_queue d") }
    if tables.final { parts.append("\(DeliveryColumns.list(ofFinal: "d")) FROM deliveries d") }
    let page = parts.map { part in
      """
      (
        SELECT \(part) WHERE \(conditions.joined(separator: " AND "))
        ORDER BY d.alert_id DESC, d.delivery_id DESC LIMIT \(isLarge ? 1001 : 101)
      )
      """
    }
    return PostgresStatement(
      """
      \(place)SELECT * FROM (\(page.joined(separator: " UNION ALL "))) page WHERE \(Planning.withValues)
      ORDER BY alert_id DESC, delivery_id DESC LIMIT $\(parameters.count + 1)
      """, name: "delivery.list\(name)\(isLarge ? ".large" : "")")
  }

  /// Makes what matches pending again, oldest first: ``parameters``, how many at most.
  var replay: PostgresStatement {
    PostgresStatement(
      """
      WITH held AS MATERIALIZED (
        SELECT d.tenant, d.alert_id, d.delivery_id FROM deliveries d WHERE \(conditions.joined(separator: " AND "))
        ORDER BY d.alert_id, d.delivery_id LIMIT $\(parameters.count + 1) FOR UPDATE
      ), removed AS (
        DELETE FROM deliveries d USING held WHERE \(DeliveryKeys.match("held"))
        RETURNING \(PlannedRows.columns(of: "d")), d.arrived, d.created_at, d.last_error, d.history
      ), replayed AS (
        INSERT INTO delivery_queue (\(PlannedRows.columns), arrived, created_at, last_error, history, state, due_at)
        SELECT *, 'pending', clock_timestamp() FROM removed ORDER BY delivery_id
        ON CONFLICT DO NOTHING RETURNING tenant, alert_id, sequence, receiver, target, channel
      )
      SELECT tenant, alert_id, sequence, receiver, target, channel FROM replayed
      """, name: "delivery.replay\(name)")
  }
}
