import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin alerts timeline`
struct AlertsTimeline: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timeline", abstract: "Show what happened to an alert and its deliveries, oldest first.",
    discussion: """
      Examples:
        tocsin alerts timeline 0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a
        tocsin alerts timeline 0197a3c2-5b1e --json | jq '.timeline[] | select(.error)'
      """)

  @Argument(help: "The alert's id, or its beginning where no other alert's is the same.")
  var id: String

  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await connection.withClient { client in
      let answer = try await client.timeline(try await AlertFinder(client: client).id(of: id))
      if connection.json {
        Console.current.print(answer.json.text)
      } else {
        Console.current.show(AlertsTimeline.table(answer.value))
      }
    }
  }

  /// The entries in columns.
  static func table(_ entries: [JSONObject]) -> Table {
    var table = Table("TIME", "EVENT", "RECEIVER", "WHAT")
    for entry in entries {
      func text(_ name: String) -> String { entry[name]?.string ?? "" }
      let receiver = text("receiver").isEmpty ? "" : "\(text("receiver"))/\(text("target"))"
      table.add(
        Table.Cell(Timestamp(text("timestamp")).map(Printable.milliseconds) ?? text("timestamp")),
        Table.Cell(text("event").map { $0 == "_" ? " " : String($0) }.joined()), Table.Cell(receiver),
        Table.Cell(detail(entry)))
    }
    return table
  }

  private static func detail(_ entry: JSONObject) -> String {
    func text(_ name: String) -> String { entry[name]?.string ?? "" }
    let error = text("error").isEmpty ? "" : ": \(text("error"))"
    switch text("event") {
    case "fired": return text("detail").isEmpty ? "" : "nobody is notified: \(text("detail"))"
    case "acknowledged", "resolved": return text("user_id").isEmpty ? "" : "by \(text("user_id"))"
    case "delivery_due": return "because it was \(text("cause"))"
    case "delivery_claimed": return "by \(text("node"))"
    case "delivery_attempt":
      let number = entry["attempt"]?.integer.map { "attempt \($0): " } ?? ""
      let status = entry["status"]?.integer.map { " (\($0))" } ?? ""
      let time = entry["latency_ms"]?.integer.map { " after \($0) ms" } ?? ""
      return number + text("outcome") + status + time + error
    case "delivery_ended": return text("state") + error
    default: return ""
    }
  }
}
