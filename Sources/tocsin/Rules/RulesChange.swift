import ArgumentParser
import TocsinClient
import TocsinCore

/// `tocsin rules delete`
struct RulesDelete: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Delete rules.",
    discussion: "Their alerts stay. A rule that is created again under the same id begins without cooldowns.")

  @OptionGroup var change: RuleChangeOptions

  func run() async throws {
    try await change.run("deleted") { client, id in try await client.deleteRule(id) }
  }
}

/// `tocsin rules enable`
struct RulesEnable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "enable", abstract: "Enable rules.")

  @OptionGroup var change: RuleChangeOptions

  func run() async throws {
    try await change.run("enabled") { client, id in try await client.setRule(id, enabled: true) }
  }
}

/// `tocsin rules disable`
struct RulesDisable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Disable rules: they stay, and are not looked at.")

  @OptionGroup var change: RuleChangeOptions

  func run() async throws {
    try await change.run("disabled") { client, id in try await client.setRule(id, enabled: false) }
  }
}

/// What deleting, enabling and disabling have in common.
struct RuleChangeOptions: ParsableArguments {
  @Argument(help: "The rules' ids.")
  var ids: [String]

  @OptionGroup var connection: ConnectionOptions

  /// Changes one rule after the other. One that the server does not know does not keep the others from it.
  func run(_ done: String, _ change: (TocsinClient, String) async throws -> JSON) async throws {
    let console = Console.current
    try await connection.withClient { client in
      var failure: CommandFailure?
      for id in ids {
        do {
          let answer = try await change(client, id)
          console.print(connection.json ? answer.text : "\(done)  \(Printable.line(id))")
        } catch let error as ClientError where error.code == .notFound {
          console.complain("tocsin: there is no rule \(Printable.line(id))")
          failure = CommandFailure(.refused, lines: [])
        }
      }
      if let failure { throw failure }
    }
  }
}
