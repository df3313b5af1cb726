import PostgresClient
import TocsinCore

/// The statement that a query for a list needs, with its parameters: there are few, and each has a plan that reads one
/// index in its order.
///
/// All of them bound the id from both sides, which leaves out the partitions before and behind. The limit stands in
/// the text as a constant, small or large, since a planner that does not know it would expect a tenth of all
/// alerts, and sort; the query's own limit cuts the rest. A condition that a query does not have has NULL for its
/// parameter: the planner, which sees the values (``Planning/withValues``), drops it.
///
/// There is no index by rule, by ad or by acknowledgement: those are compared row by row on the way, through the
/// campaigns' alerts or those of the types and severities where these are named, else through all of the time that is
/// asked for. What a query does not ask for of these is not in its statement: the planner meets it for each partition.
struct AlertListShape: Hashable {
  /// What is read, newest first.
  private enum Order: Hashable {
    /// The primary key, or the index of what is not resolved.
    case all
    /// Each of so many campaigns, or fewer.
    case campaigns(Int)
    /// Each pair of type and severity that matches.
    case kinds
  }

  private let order: Order
  private let includesResolved: Bool
  private let isLarge: Bool
  /// By rule, by ad or by acknowledgement.
  private let comparesRows: Bool

  init(_ query: AlertQuery) {
    let filter = query.filter
    if !filter.campaignIDs.isEmpty {
      order = .campaigns(AlertListShape.room(for: filter.campaignIDs.count))
    } else {
      order = filter.alertTypes.isEmpty && filter.severities.isEmpty ? .all : .kinds
    }
    includesResolved = query.includesResolved
    isLarge = query.limit > 101
    comparesRows = !filter.ruleIDs.isEmpty || !filter.adIDs.isEmpty || filter.isAcknowledged != nil
  }

  /// For how many campaigns the statement is written that takes so many.
  private static func room(for count: Int) -> Int {
    [1, 4, 16, 64].first { count <= $0 } ?? count
  }

  /// Values for ``statement``, in its order.
  func parameters(_ query: AlertQuery, tenant: Tenant) -> [PostgresValue] {
    let filter = query.filter
    let lowest = filter.since.map { AlertID(lowerBound: $0) } ?? .lowest
    let end = filter.until.map { AlertID(lowerBound: $0) } ?? .highest
    var values: [PostgresValue] = [
      .text(tenant.rawValue), .uuid(lowest.uuid), .uuid(min(query.before ?? .highest, end).uuid),
      .int8(Int64(min(max(query.limit, 0), 1001))),
    ]
    switch order {
    case .all: break
    case .campaigns:
      let types = filter.alertTypes.map(\.rawValue)
      let severities = filter.severities.map(\.rawValue)
      values += [AlertListShape.array(filter.campaignIDs), AlertListShape.single(types), AlertListShape.several(types)]
      values += [AlertListShape.single(severities), AlertListShape.several(severities)]
    case .kinds: values += [AlertListShape.names(filter.alertTypes), AlertListShape.names(filter.severities)]
    }
    if comparesRows {
      values += [AlertListShape.array(filter.ruleIDs), AlertListShape.array(filter.adIDs)]
      values.append(filter.isAcknowledged.map { .bool($0) } ?? .null)
    }
    return values
  }

  private static func array(_ values: [String]) -> PostgresValue {
    values.isEmpty ? .null : .textArray(values)
  }

  /// The only value: an index can compare one in its order, where it cannot compare several.
  private static func single(_ values: [String]) -> PostgresValue {
    values.count == 1 ? .text(values[0]) : .null
  }

  private static func several(_ values: [String]) -> PostgresValue {
    values.count > 1 ? .textArray(values) : .null
  }

  /// The names that are meant: all where none is given.
  private static func names<Value: RawRepresentable<String> & CaseIterable>(_ values: [Value]) -> PostgresValue {
    .textArray((values.isEmpty ? Array(Value.allCases) : values).map(\.rawValue))
  }

  /// The statement of this shape.
  var statement: PostgresStatement {
    let end = (includesResolved ? ".history" : "") + (comparesRows ? ".rows" : "") + (isLarge ? ".large" : "")
    return switch order {
    case .all: PostgresStatement(plain, name: "alert.list\(end)")
    case .campaigns(let room): PostgresStatement(rows(of: campaigns(room)), name: "alert.list.campaigns\(room)\(end)")
    case .kinds: PostgresStatement(rows(of: kinds), name: "alert.list.kinds\(end)")
    }
  }

  private var cap: Int { isLarge ? 1001 : 101 }

  private var range: String { "a.tenant = $1 AND a.alert_id >= $2 AND a.alert_id < $3" }

  /// The conditions that no index has, after those of the order, whose parameters come before theirs.
  private var further: String {
    guard comparesRows else { return "" }
    let first =
      switch order {
      case .all: 5
      case .kinds: 7
      case .campaigns: 10
      }
    let (rules, ads, acknowledged) = ("$\(first)::text[]", "$\(first + 1)::text[]", "$\(first + 2)::boolean")
    return """
       AND (\(rules) IS NULL OR a.rule_id = ANY (\(rules))) AND (\(ads) IS NULL OR a.ad_id = ANY (\(ads)))
          AND (\(acknowledged) IS NULL OR (a.acknowledged_at IS NOT NULL) = \(acknowledged))
      """
  }

  /// What is not resolved and the resolved lie apart in the indexes.
  private var halves: [String] { includesResolved ? ["false", "true"] : ["false"] }

  private var plain: String {
    """
    SELECT \(AlertColumns.list(of: "page")) FROM (
      SELECT * FROM alerts a WHERE \(range)\(includesResolved ? "" : " AND NOT a.resolved")\(further)
      ORDER BY a.alert_id DESC LIMIT \(cap)
    ) page WHERE \(Planning.withValues) LIMIT $4
    """
  }

  /// The newest ids of each campaign. Each has a branch of its own, with its name as a constant: of one that the planner
  /// does not know it would expect as many alerts as of any, which may be far too many.
  private func campaigns(_ room: Int) -> String {
    let branches = (1...room).flatMap { number in
      halves.map { half in
        """
        (SELECT a.alert_id FROM alerts a
          WHERE \(range) AND a.campaign_id = ($5::text[])[\(number)] AND a.resolved = \(half)
          AND ($6::text IS NULL OR a.alert_type = $6::text)
          AND ($7::text[] IS NULL OR a.alert_type = ANY ($7::text[]))
          AND ($8::text IS NULL OR a.severity = $8::text)
          AND ($9::text[] IS NULL OR a.severity = ANY ($9::text[]))\(further)
          ORDER BY a.alert_id DESC LIMIT \(cap))
        """
      }
    }
    return "(\(branches.joined(separator: " UNION ALL ")))"
  }

  /// The newest ids of each pair of type and severity that matches.
  private var kinds: String {
    """
    (
      SELECT found.alert_id FROM unnest($5::text[]) AS type (name) CROSS JOIN unnest($6::text[]) AS severity (name)
      CROSS JOIN (VALUES \(halves.map { "(\($0))" }.joined(separator: ", "))) AS half (resolved)
      CROSS JOIN LATERAL (
        SELECT a.alert_id FROM alerts a
        WHERE \(range) AND a.alert_type = type.name AND a.severity = severity.name AND a.resolved = half.resolved\(further)
        ORDER BY a.alert_id DESC LIMIT \(cap)
      ) found
    )
    """
  }

  /// The newest of these ids, and their rows.
  private func rows(of ids: String) -> String {
    """
    WITH page AS MATERIALIZED (
      SELECT newest.alert_id FROM \(ids) newest ORDER BY newest.alert_id DESC LIMIT $4
    )
    SELECT \(AlertColumns.list(of: "a")) FROM page JOIN alerts a ON a.alert_id = page.alert_id
    WHERE \(range) AND \(Planning.withValues) ORDER BY page.alert_id DESC
    """
  }
}
