import NIOHTTP1
import TocsinCore
import TocsinEngine
import TocsinJSON

/// `/api/alerts`: reading alerts.
enum AlertEndpoints {
  static let path = "/api/alerts"

  /// - Parameters:
  ///   - reader: reads the pages
  ///   - now: the time of day, from which `days_back` counts
  static func all(
    _ alerts: AlertService, reader: ListReader, now: @escaping @Sendable () -> Timestamp
  ) -> [Endpoint] {
    [open(alerts, reader), history(alerts, reader, now: now), statistics(alerts), get(alerts)]
      + AlertActionEndpoints.all(alerts)
  }

  private static func open(_ alerts: AlertService, _ reader: ListReader) -> Endpoint {
    let operation = Operation(
      id: "listAlerts", tag: "alerts", summary: "Alerts that are not resolved, newest first.",
      parameters: AlertFilterParameters.all + [Parameters.limit, Parameters.cursor],
      success: Operation.Success(
        description: "A page of them.", schema: Schemas.page(), example: Examples.page()),
      problems: [503])
    return Endpoint(.GET, path, operation) { request in
      var parameters = try request.queryParameters()
      let query = query(AlertFilterParameters.read(&parameters), &parameters)
      try parameters.finish()
      let page = try await page(query, of: alerts, reader, tenant: request.tenant)
      return HTTPAnswer(bytes: Body.page(page, named: "alerts", cursor: Cursor.text))
    }
  }

  private static func history(
    _ alerts: AlertService, _ reader: ListReader, now: @escaping @Sendable () -> Timestamp
  ) -> Endpoint {
    let operation = Operation(
      id: "alertHistory", tag: "alerts", summary: "Alerts of the last days, resolved ones too, newest first.",
      parameters: AlertFilterParameters.all + [Parameters.daysBack, Parameters.limit, Parameters.cursor],
      success: Operation.Success(
        description: "A page of them. `days_back` is null where only `since` bounds it.",
        schema: Schemas.page(["days_back": Schemas.nullable(Schemas.count)]),
        example: Examples.page(["days_back": 7])),
      problems: [503])
    return Endpoint(.GET, path + "/history", operation) { request in
      var parameters = try request.queryParameters()
      var filter = AlertFilterParameters.read(&parameters)
      let days = daysBack(&parameters, &filter, now)
      var query = query(filter, &parameters)
      try parameters.finish()
      query.includesResolved = true
      let page = try await page(query, of: alerts, reader, tenant: request.tenant)
      return HTTPAnswer(
        bytes: Body.page(page, named: "alerts", cursor: Cursor.text) { bytes in
          switch days {
          case let days?: JSONWriter.append(key: "days_back", integer: days, to: &bytes)
          case nil: JSONWriter.append(key: "days_back", optional: nil, to: &bytes)
          }
        })
    }
  }

  private static func page(
    _ query: AlertQuery, of alerts: AlertService, _ reader: ListReader, tenant: Tenant
  ) async throws -> BoundedPage<AlertID> {
    try await reader.page(limit: query.limit, behind: query.before) { behind, limit in
      var portion = query
      portion.before = behind
      portion.limit = limit
      let found = try await alerts.page(portion, tenant: tenant)
      return (found.alerts, found.next)
    } id: { alert in
      alert.alertID
    } append: { alert, bytes in
      alert.appendJSON(to: &bytes)
    }
  }

  /// Bounds a filter by days before its end, or before now where that is earlier. Without `since` it is bounded always.
  /// - Returns: by how many days, if at all
  private static func daysBack(
    _ parameters: inout QueryParameters, _ filter: inout AlertFilter, _ now: () -> Timestamp
  ) -> Int? {
    let given = parameters.integer("days_back", in: 1...3650)
    guard let days = given ?? (filter.since == nil ? 7 : nil) else { return nil }
    let present = now()
    let start = min(filter.until ?? present, present).advanced(by: -Int64(days) * 86_400_000)
    filter.since = max(filter.since ?? start, start)
    return days
  }

  private static func query(_ filter: AlertFilter, _ parameters: inout QueryParameters) -> AlertQuery {
    AlertQuery(
      filter, before: parameters.cursor("cursor"), limit: parameters.integer("limit", in: 1...1000, default: 100))
  }

  private static func statistics(_ alerts: AlertService) -> Endpoint {
    let operation = Operation(
      id: "alertStatistics", tag: "alerts", summary: "How many alerts there are, of all campaigns or of one.",
      parameters: [Parameters.campaignID],
      success: Operation.Success(
        description: "The counts.", schema: Schemas.reference("AlertStatistics"), example: Examples.statistics),
      problems: [503])
    return Endpoint(.GET, path + "/stats", operation) { request in
      var parameters = try request.queryParameters()
      let campaignID = parameters.text("campaign_id")
      try parameters.finish()
      let statistics = try await alerts.statistics(campaignID: campaignID, tenant: request.tenant)
      return HTTPAnswer(json(statistics, campaignID: campaignID))
    }
  }

  /// The wire form of counts.
  static func json(_ statistics: AlertStatistics, campaignID: String?) -> JSON {
    func counts(_ pairs: [(String, Int)]) -> JSON {
      .object(JSONObject(pairs.sorted { $0.0 < $1.0 }.map { ($0.0, .integer(Int64($0.1))) }))
    }
    return [
      "total_alerts": .integer(Int64(statistics.total)), "active_alerts": .integer(Int64(statistics.active)),
      "acknowledged": .integer(Int64(statistics.acknowledged)), "resolved": .integer(Int64(statistics.resolved)),
      "by_type": counts(statistics.byType.map { ($0.key, $0.value) }),
      "by_severity": counts(statistics.bySeverity.map { ($0.key, $0.value) }),
      "campaign_id": campaignID.map(JSON.string) ?? .null,
    ]
  }

  private static func get(_ alerts: AlertService) -> Endpoint {
    let operation = Operation(
      id: "getAlert", tag: "alerts", summary: "One alert.", parameters: [Parameters.alertID],
      success: Operation.Success(
        description: "The alert.", schema: Schemas.reference("Alert"), example: Examples.alert),
      problems: [404, 503])
    return Endpoint(.GET, path + "/{alert_id}", operation) { request in
      let alert = try await alerts.alert(try request.alertID(), tenant: request.tenant)
      var bytes: [UInt8] = []
      alert.appendJSON(to: &bytes)
      return HTTPAnswer(bytes: bytes)
    }
  }
}
