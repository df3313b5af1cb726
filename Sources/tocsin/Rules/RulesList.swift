import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin rules list`
struct RulesList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the rules.",
    discussion: """
      Examples:
        tocsin rules list
        tocsin rules list --enabled-only --json
      """)

  @Flag(name: .long, help: "Only those that are enabled.")
  var enabledOnly = false

  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await connection.withClient { client in
      let answer = try await client.rules(enabledOnly: enabledOnly)
      let console = Console.current
      if connection.json {
        console.print(answer.json.text)
      } else if answer.value.isEmpty {
        console.print("no rules")
      } else {
        console.show(RulesList.table(answer.value))
      }
    }
  }

  /// The rules in columns, by id.
  static func table(_ rules: [AlertRule]) -> Table {
    var table = Table("RULE ID", "TYPE", "SEVERITY", "CONDITION", "COOLDOWN", "ENABLED", "NAME")
    for rule in rules.sorted(by: { $0.ruleID < $1.ruleID }) {
      table.add(
        Table.Cell(rule.ruleID), Table.Cell(rule.alertType.rawValue),
        Table.Cell(rule.severity.rawValue, .severity(rule.severity)), Table.Cell(rule.condition),
        Table.Cell(Printable.minutes(rule.cooldownMinutes)), Table.Cell(rule.enabled ? "yes" : "no"),
        Table.Cell(rule.name))
    }
    return table
  }
}

extension AlertRule {
  /// When it fires, for people: `roas < 2`, `avg(cpa, 2 h) > 100`.
  var condition: String {
    let value =
      aggregation == .last
      ? metricName : "\(aggregation.rawValue)(\(metricName), \(Printable.minutes(lookbackMinutes)))"
    return "\(value) \(thresholdOperator.rawValue) \(Printable.number(threshold))"
  }
}
