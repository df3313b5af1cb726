import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin rules export`
struct RulesExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write rules as a file that apply reads back unchanged.",
    discussion: """
      Examples:
        tocsin rules export > rules.yaml
        tocsin rules export roas_drop_critical --format json
        tocsin rules export --url http://staging:8000 | tocsin rules apply -f - --url http://production:8000
      """)

  /// How the file is written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case yaml
    case json
  }

  @Argument(help: "Only the rules of these ids.")
  var ids: [String] = []

  @Option(name: .long, help: "How the file is written.")
  var format: Format?

  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await connection.withClient { client in
      var rules = try await client.rules().value.sorted { $0.ruleID < $1.ruleID }
      if !ids.isEmpty {
        let known = Set(rules.map(\.ruleID))
        let unknown = ids.filter { !known.contains($0) }
        guard unknown.isEmpty else {
          throw CommandFailure(.refused, lines: unknown.map { "tocsin: there is no rule \(Printable.line($0))" })
        }
        rules.removeAll { !ids.contains($0.ruleID) }
      }
      Console.current.print(try RulesExport.text(rules, format ?? (connection.json ? .json : .yaml)))
    }
  }

  /// The file's text, without a newline at its end.
  static func text(_ rules: [AlertRule], _ format: Format) throws -> String {
    let file: JSON = ["rules": .array(rules.map(\.requestBody))]
    return switch format {
    case .json: file.text
    case .yaml: try YAMLWriter.text(file).trimmingNewlines
    }
  }
}
