import NIOHTTP1
import Synchronization
import TocsinCore
import TocsinEngine
import TocsinJSON

/// `GET /api/alerts/export`: alerts as a file of any size. It is sent page by page, at the client's pace: neither the node
/// nor PostgreSQL holds more of it than one page.
enum ExportEndpoint {
  private static let path = AlertEndpoints.path + "/export"
  /// How many alerts are read at once.
  private static let pageSize = 100

  /// How many bytes of alerts an export holds, unless one alert alone has more.
  private static let pageBytes = 256 * 1024
  /// How many exports may be under way: each holds a page for as long as its client reads.
  private static let exportsAtOnce = 32
  /// How many of them read a page at the same time: lists have turns of their own, and go first.
  private static let readsAtOnce = 2

  static func all(_ alerts: AlertService) -> [Endpoint] {
    let reader = ListReader(budget: nil, atOnce: readsAtOnce)
    let slots = ExportSlots(limit: exportsAtOnce)
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
        guard let slot = slots.take() else {
          throw Problem(
            503, "\(exportsAtOnce) files are being sent already; try again, or another node", retryAfterSeconds: 10)
        }
        let export = Export(
          alerts: alerts, reader: reader, query: query, tenant: request.tenant, format: format, byteLimit: pageBytes,
          slot: slot)
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

/// Room for exports.
private final class ExportSlots: Sendable {
  /// The right to be under way.
  final class Slot: Sendable {
    private let slots: ExportSlots

    fileprivate init(_ slots: ExportSlots) {
      self.slots = slots
    }

    deinit { slots.count.subtract(1, ordering: .relaxed) }
  }

  private let limit: Int
  fileprivate let count = Atomic<Int>(0)

  init(limit: Int) {
    self.limit = limit
  }

  /// The right for another one; nil where too many are under way.
  func take() -> Slot? {
    let slot = Slot(self)
    return count.add(1, ordering: .relaxed).newValue <= limit ? slot : nil
  }
}

/// One file that is being made.
private struct Export: Sendable {
  let alerts: AlertService
  let reader: ListReader
  let query: AlertQuery
  let tenant: Tenant
  let format: ExportFormat
  let byteLimit: Int
  /// Is given back with the last copy of this.
  let slot: ExportSlots.Slot

  /// The alerts behind that one, as the file has them.
  func page(behind start: AlertID?) async throws -> BoundedPage<AlertID> {
    try await reader.page(
      limit: query.limit, byteLimit: byteLimit, separator: format == .json ? UInt8(ascii: ",") : nil, behind: start
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
      if format == .json, count > 0, page.count > 0 { try await body.write([UInt8(ascii: ",")]) }
      count += page.count
      try await body.write(page.elements)
      guard let next = page.next else { break }
      page.elements = []
      page = try await self.page(behind: next)
    }
    if format == .json { try await body.write(Array("],\"count\":\(count)}".utf8)) }
  }
}
