import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin rules get`
struct RulesGet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show a rule as YAML.",
    discussion: """
      Examples:
        tocsin rules get roas_drop_critical
        tocsin rules get roas_drop_c --json
      """, aliases: ["show"])

  @Argument(help: "The rule's id, or its beginning where no other rule's is the same.")
  var id: String

  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await connection.withClient { client in
      let answer = try await RuleFinder(client: client).whereFound(id) { id throws(ClientError) in
        try await client.rule(id)
      }
      let text = connection.json ? answer.json.text : try YAMLWriter.text(answer.json)
      Console.current.print(text.trimmingNewlines)
    }
  }
}

extension String {
  /// The text without newlines at its end.
  var trimmingNewlines: String {
    var text = self[...]
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
