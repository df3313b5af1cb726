import NIOHTTP1
import TocsinCore
import TocsinEngine
import TocsinJSON

/// `GET /api/alerts/export`: alerts as a file of any size. It is sent page by page, at the client's pace: neither the node
/// nor PostgreSQL holds more of it than one page.
enum ExportEndpoint {
  private static let path = AlertEndpoints.path + "/export"
  /// How many alerts are read at once.
  private static let pageSize = 100

  static func all(_ alerts: AlertService, reader: ListReader) -> [Endpoint] {
    let operation = Operation(
      id: "exportAlerts", tag: "alerts",
      summary: """
        All alerts that match, newest first, as a file. Where the connection ends without the end of the body, the file is \
        not whole: ask again.
        """,
      parameters: [
        Parameters.query(
          "format", "What the file is: comma-separated values (RFC 4180), or a JSON object as of a list.",
          ["type": "string", "enum": ["csv", "json"], "default": "json"]),
        Parameters.query(
          "include_resolved", "Whether resolved alerts are in it.", ["type": "boolean", "default": true]),
      ] + AlertFilterParameters.all,
      success: Operation.Success(
        description: "The file; with `format=csv` it is `text/csv`.", otherContentType: "text/csv",
        schema: Schemas.object(["alerts": Schemas.list("Alert"), "count": Schemas.count]),
        example: ["alerts": [Examples.alert], "count": 1]),
      problems: [503])
    return [
      Endpoint(method: .GET, path: path, operation: operation) { request in
        var parameters = try request.queryParameters()
        let format = parameters.choice("format", of: ExportFormat.self) ?? .json
        let query = AlertQuery(
          AlertFilterParameters.read(&parameters),
          includesResolved: parameters.bool("include_resolved", default: true), limit: pageSize)
        try parameters.finish()
        let export = Export(alerts: alerts, reader: reader, query: query, tenant: request.tenant, format: format)
        // What cannot be read at all is an error, not a file that ends early.
        let first = try await export.page(behind: nil)
        var answer = StreamedAnswer(contentType: format.contentType) { body in
          try await export.write(beginningWith: first, to: body)
        }
        answer.headers = [
          ("content-disposition", "attachment; filename=\"alerts.\(format.rawValue)\""), ("cache-control", "no-store"),
        ]
        return .streamed(answer)
      }
    ]
  }
}

/// What an exported file is.
enum ExportFormat: String, CaseIterable, Sendable {
  case csv
  case json

  var contentType: String {
    switch self {
    case .csv: "text/csv; charset=utf-8; header=present"
    case .json: "application/json"
    }
  }
}

/// One file that is being made.
private struct Export: Sendable {
  let alerts: AlertService
  let reader: ListReader
  let query: AlertQuery
  let tenant: Tenant
  let format: ExportFormat

  /// The alerts behind that one, as the file has them.
  func page(behind start: AlertID?) async throws -> BoundedPage<AlertID> {
    try await reader.page(
      limit: query.limit, separator: format == .json ? UInt8(ascii: ",") : nil, behind: start
    ) { behind, limit in
      var portion = query
      (portion.before, portion.limit) = (behind, limit)
      let found = try await alerts.page(portion, tenant: tenant)
      return (found.alerts, found.next)
    } id: { alert in
      alert.alertID
    } append: { alert, bytes in
      switch format {
      case .csv: alert.appendCSV(to: &bytes)
      case .json: alert.appendJSON(to: &bytes)
      }
    }
  }

  func write(beginningWith first: BoundedPage<AlertID>, to body: BodyWriter) async throws {
    var page = first
    var count = 0
    switch format {
    case .csv: try await body.write(Array(AlertTable.header.utf8))
    case .json: try await body.write(Array(#"{"alerts":["#.utf8))
    }
    while true {
      var piece = page.elements
      if format == .json, count > 0, page.count > 0 { piece.insert(UInt8(ascii: ","), at: 0) }
      count += page.count
      try await body.write(piece)
      guard let next = page.next else { break }
      page = try await self.page(behind: next)
    }
    if format == .json { try await body.write(Array("],\"count\":\(count)}".utf8)) }
  }
}
