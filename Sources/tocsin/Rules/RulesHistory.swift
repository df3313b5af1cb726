import ArgumentParser
import TocsinClient
import TocsinCore

/// `tocsin rules history`
struct RulesHistory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show who changed a rule, when, and what became different.")

  @Argument(help: "The rule's id.")
  var id: String

  @Option(name: .long, help: ArgumentHelp("At most so many changes.", valueName: "n"))
  var limit = 50

  @OptionGroup var connection: ConnectionOptions

  mutating func validate() throws {
    guard (1...1000).contains(limit) else { throw ArgumentParser.ValidationError("--limit must be 1 to 1000.") }
  }

  func run() async throws {
    try await connection.withClient { client in
      let answer = try await client.ruleHistory(id, limit: limit)
      let console = Console.current
      if connection.json {
        console.print(answer.json.text)
      } else {
        for line in RulesHistory.table(answer.value).lines(colors: console.showsColors) { console.print(line) }
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
    let own: Set = ["created_at", "updated_at", "incarnation", "version"]
    var keys = before.members.map(\.key)
    keys += after.members.map(\.key).filter { before[$0] == nil }
    return keys.filter { !own.contains($0) }.compactMap { key in
      let old = before[key] ?? .null
      let new = after[key] ?? .null
      return old.isSame(as: new) ? nil : "\(key) \(text(old)) → \(text(new))"
    }.joined(separator: ", ")
  }

  private static func text(_ value: JSON) -> String {
    value.double.map(Printable.number) ?? value.text
  }
}

extension JSON {
  /// Whether both say the same: `2` is `2.0`.
  func isSame(as other: JSON) -> Bool {
    switch (self, other) {
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
    case (.object(let left), .object(let right)):
      left.count == right.count
        && left.members.allSatisfy { member in right[member.key].map { member.value.isSame(as: $0) } ?? false }
    default:
      if let left = double, let right = other.double { left == right } else { self == other }
    }
  }
}
