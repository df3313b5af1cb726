import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin alerts list`
struct AlertsList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List alerts, newest first: those that are not resolved, or all of some days.",
    discussion: """
      Examples:
        tocsin alerts list
        tocsin alerts list --severity critical --severity high --unacknowledged
        tocsin alerts list --campaign c1 --since 2h
        tocsin alerts list --all --rule high_cpa --since 2026-03-01 --until 2026-04-01 --limit 1000
        tocsin alerts list --days 30 --json

      With several kinds of filters all of them must match; of one kind, any of its values.
      """)

  @OptionGroup var filter: AlertFilterOptions

  @Flag(name: .long, help: "Resolved ones too.")
  var all = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How many days back, resolved ones too. (default with --all: 7, unless --since is given)", valueName: "n"))
  var days: Int?

  @Option(name: .long, help: ArgumentHelp("At most so many, over as many pages as it takes.", valueName: "n"))
  var limit = 100

  @OptionGroup var connection: ConnectionOptions

  mutating func validate() throws {
    guard limit >= 1 else { throw ArgumentParser.ValidationError("--limit must be at least 1.") }
    guard days.map({ $0 >= 1 }) ?? true else { throw ArgumentParser.ValidationError("--days must be at least 1.") }
  }

  private var isFiltered: Bool { query != AlertSelection() }

  /// What is asked for.
  var query: AlertSelection {
    var query = filter.selection(now: .now)
    query.includesResolved = all || days != nil
    query.daysBack = days
    return query
  }

  func run() async throws {
    try await connection.withClient { client in
      let found = try await client.alerts(query, count: limit)
      let console = Console.current
      if connection.json {
        let answer: JSON = ["alerts": .array(found.elements), "count": .integer(Int64(found.elements.count))]
        console.print(answer.text)
      } else if found.alerts.isEmpty {
        console.print(isFiltered ? "no alerts match" : "no alerts")
      } else {
        console.show(AlertsList.table(found.alerts))
      }
      if found.more { console.complain("There are more: --limit shows them.") }
    }
  }

  /// The alerts in columns.
  static func table(_ alerts: [Alert]) -> Table {
    // What is needed to go on comes first: a narrow terminal shows no more.
    var table = Table("ALERT ID", "TIME", "SEVERITY", "STATE", "CAMPAIGN", "COMPARED", "TYPE", "TITLE")
    for alert in alerts {
      let state: Table.Cell =
        switch alert.state {
        case .open: "open"
        case .acknowledged: Table.Cell("acknowledged", .warning)
        case .resolved: Table.Cell("resolved", .good)
        }
      table.add(
        Table.Cell(alert.alertID.description, .dim), Table.Cell(Printable.time(alert.timestamp)),
        Table.Cell(alert.severity.rawValue, .severity(alert.severity)), state, Table.Cell(alert.entity.description),
        Table.Cell(AlertLine.comparison(alert)), Table.Cell(alert.alertType.rawValue), Table.Cell(alert.title))
    }
    return table
  }
}
