import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin rules history`
struct RulesHistory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show who changed a rule, when, and what became different.",
    discussion: """
      Examples:
        tocsin rules history roas_drop_critical
        tocsin rules history roas_drop_critical --limit 1 --json
      """)

  @Argument(help: "The rule's id, or its beginning where no other rule's is the same.")
  var id: String

  @Option(name: .long, help: ArgumentHelp("At most so many changes.", valueName: "n"))
  var limit = 50

  @OptionGroup var connection: ConnectionOptions

  mutating func validate() throws {
    guard (1...1000).contains(limit) else { throw ArgumentParser.ValidationError("--limit must be 1 to 1000.") }
  }

  func run() async throws {
    try await connection.withClient { client in
      let answer = try await RuleFinder(client: client).whereFound(id) { id throws(ClientError) in
        try await client.ruleHistory(id, limit: limit)
      }
      let console = Console.current
      if connection.json {
        console.print(answer.json.text)
      } else {
        console.show(RulesHistory.table(answer.value))
      }
    }
  }

  /// The changes in columns, newest first.
  static func table(_ changes: [RuleChange]) -> Table {
    var table = Table("TIME", "ACTION", "BY", "DIFFERENCE")
    for change in changes {
      table.add(
        Table.Cell(Printable.time(change.at)), Table.Cell(change.action), Table.Cell(change.actor),
        Table.Cell(difference(change)))
    }
    return table
  }

  /// `threshold 2 → 2.5, enabled true → false`; the server's own fields are left out.
  static func difference(_ change: RuleChange) -> String {
    guard let before = change.before?.object, let after = change.after?.object else { return "" }
    return FieldDifference.all(from: before, to: after).map(\.description).joined(separator: ", ")
  }
}
