import ArgumentParser
import TocsinClient
import TocsinCore

/// `tocsin alerts list`
struct AlertsList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List alerts, newest first: those that are not resolved, or all of some days.",
    discussion: """
      Examples:
        tocsin alerts list
        tocsin alerts list --campaign c1 --limit 1000
        tocsin alerts list --days 30 --json
      """)

  @Option(name: .long, help: ArgumentHelp("Only this campaign's.", valueName: "id"))
  var campaign: String?

  @Option(name: .long, help: "Only of this type.")
  var type: AlertType?

  @Option(name: .long, help: "Only of this severity.")
  var severity: Severity?

  @Flag(name: .long, help: "Resolved ones too.")
  var all = false

  @Option(
    name: .long, help: ArgumentHelp("With --all: how many days back. Implies --all. (default: 7)", valueName: "n"))
  var days: Int?

  @Option(name: .long, help: ArgumentHelp("At most so many, over as many pages as it takes.", valueName: "n"))
  var limit = 100

  @OptionGroup var connection: ConnectionOptions

  mutating func validate() throws {
    guard limit >= 1 else { throw ArgumentParser.ValidationError("--limit must be at least 1.") }
    guard days.map({ $0 >= 1 }) ?? true else { throw ArgumentParser.ValidationError("--days must be at least 1.") }
  }

  /// What is asked for.
  var query: AlertSelection {
    AlertSelection(campaignID: campaign, alertType: type, severity: severity, daysBack: days ?? (all ? 7 : nil))
  }

  func run() async throws {
    try await connection.withClient { client in
      let found = try await client.alerts(query, count: limit)
      let console = Console.current
      if connection.json {
        let answer: JSON = ["alerts": .array(found.elements), "count": .integer(Int64(found.elements.count))]
        console.print(answer.text)
      } else if found.alerts.isEmpty {
        console.print("no alerts")
      } else {
        for line in AlertsList.table(found.alerts).lines(colors: console.showsColors) { console.print(line) }
      }
      if found.more { console.complain("There are more: --limit shows them.") }
    }
  }

  /// The alerts in columns.
  static func table(_ alerts: [Alert]) -> Table {
    var table = Table("TIME", "SEVERITY", "TYPE", "CAMPAIGN", "COMPARED", "STATE", "ALERT ID", "TITLE")
    for alert in alerts {
      let state: Table.Cell =
        switch alert.state {
        case .open: "open"
        case .acknowledged: Table.Cell("acknowledged", .warning)
        case .resolved: Table.Cell("resolved", .good)
        }
      table.add(
        Table.Cell(Printable.time(alert.timestamp)),
        Table.Cell(alert.severity.rawValue, .severity(alert.severity)), Table.Cell(alert.alertType.rawValue),
        Table.Cell(alert.entity.description), Table.Cell(AlertLine.comparison(alert)), state,
        Table.Cell(alert.alertID.description, .dim), Table.Cell(alert.title))
    }
    return table
  }
}
