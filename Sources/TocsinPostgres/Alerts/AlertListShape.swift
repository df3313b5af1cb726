import PostgresClient
import TocsinCore

/// Which of the list's statements a query needs: each has a plan of its own that reads one index in its order.
///
/// All of them bound the id from both sides, which leaves out the partitions before and behind. The limit stands in
/// the text as a constant, small or large, since a planner that does not know it would expect a tenth of all
/// alerts, and sort; the query's own limit cuts the rest.
struct AlertListShape: Hashable {
  private let byCampaign: Bool
  private let byType: Bool
  private let bySeverity: Bool
  private let includesResolved: Bool
  private let isLarge: Bool

  init(_ query: AlertQuery) {
    byCampaign = query.campaignID != nil
    byType = query.alertType != nil
    bySeverity = query.severity != nil
    includesResolved = query.includesResolved
    isLarge = query.limit > 101
  }

  /// Values for ``statement``, in its order.
  func parameters(_ query: AlertQuery, tenant: Tenant) -> [PostgresValue] {
    let lowest = query.since.map { AlertID(lowerBound: $0) } ?? .lowest
    var values: [PostgresValue] = [
      .text(tenant.rawValue), .uuid(lowest.uuid), .uuid((query.before ?? .highest).uuid),
      .int8(Int64(min(max(query.limit, 0), 1001))),
    ]
    if let campaignID = query.campaignID {
      values.append(.text(campaignID))
      if let type = query.alertType { values.append(.text(type.rawValue)) }
      if let severity = query.severity { values.append(.text(severity.rawValue)) }
    } else if byType || bySeverity {
      values.append(.textArray(query.alertType.map { [$0.rawValue] } ?? AlertType.allCases.map(\.rawValue)))
      values.append(.textArray(query.severity.map { [$0.rawValue] } ?? Severity.allCases.map(\.rawValue)))
    }
    return values
  }

  /// The statement of this shape.
  var statement: PostgresStatement {
    if byCampaign { return PostgresStatement(campaign, name: name) }
    return PostgresStatement(byType || bySeverity ? kinds : plain, name: name)
  }

  private var name: String {
    var name = "alert.list"
    if byCampaign { name += ".campaign" }
    // Without a campaign, one statement serves type, severity, and both.
    if byCampaign ? byType : byType || bySeverity { name += ".type" }
    if byCampaign && bySeverity { name += ".severity" }
    return name + (includesResolved ? ".history" : "") + (isLarge ? ".large" : "")
  }

  private var cap: Int { isLarge ? 1001 : 101 }

  private var range: String { "a.tenant = $1 AND a.alert_id >= $2 AND a.alert_id < $3" }

  private var halves: String { includesResolved ? "(VALUES (false), (true))" : "(VALUES (false))" }

  /// Newest first over the primary key, or over the index of what is not resolved.
  private var plain: String {
    """
    SELECT \(AlertColumns.list(of: "page")) FROM (
      SELECT * FROM alerts a WHERE \(range)\(includesResolved ? "" : " AND NOT a.resolved")
      ORDER BY a.alert_id DESC LIMIT \(cap)
    ) page WHERE \(Planning.withValues) LIMIT $4
    """
  }

  /// The campaign's newest ones; those that are not resolved and the resolved lie apart in the index.
  private var campaign: String {
    var filter = ""
    if byType { filter += " AND a.alert_type = $6" }
    if bySeverity { filter += " AND a.severity = $\(byType ? 7 : 6)" }
    return """
      SELECT \(AlertColumns.list(of: "page")) FROM \(halves) AS half (resolved)
      CROSS JOIN LATERAL (
        SELECT * FROM alerts a
        WHERE \(range) AND a.campaign_id = $5 AND a.resolved = half.resolved\(filter)
        ORDER BY a.alert_id DESC LIMIT \(cap)
      ) page WHERE \(Planning.withValues) ORDER BY page.alert_id DESC LIMIT $4
      """
  }

  /// The newest ids of each pair of type and severity that matches, merged; then their rows.
  private var kinds: String {
    """
    WITH page AS MATERIALIZED (
      SELECT newest.alert_id FROM unnest($5::text[]) AS type (name) CROSS JOIN unnest($6::text[]) AS severity (name)
      CROSS JOIN \(halves) AS half (resolved)
      CROSS JOIN LATERAL (
        SELECT a.alert_id FROM alerts a
        WHERE \(range) AND a.alert_type = type.name AND a.severity = severity.name AND a.resolved = half.resolved
        ORDER BY a.alert_id DESC LIMIT \(cap)
      ) newest ORDER BY newest.alert_id DESC LIMIT $4
    )
    SELECT \(AlertColumns.list(of: "a")) FROM page JOIN alerts a ON a.alert_id = page.alert_id
    WHERE \(range) AND \(Planning.withValues) ORDER BY page.alert_id DESC
    """
  }
}
