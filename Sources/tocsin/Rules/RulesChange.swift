import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin rules delete`
struct RulesDelete: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Delete rules.",
    discussion: """
      Examples:
        tocsin rules delete my_rule
        tocsin rules delete my_rule my_other_rule --user kim

      Whole ids are needed here. The rules' alerts stay. A rule that is created again under the same id begins without \
      cooldowns.
      """)

  @Argument(help: "The rules' ids.")
  var ids: [String]

  @OptionGroup var change: RuleChangeOptions

  func run() async throws {
    try await change.run(ids, "deleted") { client, id in (id, try await client.deleteRule(id)) }
  }
}

/// `tocsin rules enable`
struct RulesEnable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Enable rules.",
    discussion: """
      Examples:
        tocsin rules enable conversion_spike
        tocsin rules enable roas_drop_critical roas_drop_warning --user kim
      """)

  @Argument(help: "The rules' ids, or their beginnings where no other rule's is the same.")
  var ids: [String]

  @OptionGroup var change: RuleChangeOptions

  func run() async throws {
    try await change.run(ids, "enabled") { client, id in try await RuleSwitch.turn(id, on: true, client) }
  }
}

/// `tocsin rules disable`
struct RulesDisable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Disable rules: they stay, and are not looked at.",
    discussion: """
      Examples:
        tocsin rules disable conversion_spike
        tocsin rules disable roas_drop_critical roas_drop_warning --user kim
      """)

  @Argument(help: "The rules' ids, or their beginnings where no other rule's is the same.")
  var ids: [String]

  @OptionGroup var change: RuleChangeOptions

  func run() async throws {
    try await change.run(ids, "disabled") { client, id in try await RuleSwitch.turn(id, on: false, client) }
  }
}

private enum RuleSwitch {
  static func turn(_ id: String, on isEnabled: Bool, _ client: TocsinClient) async throws -> (String, JSON) {
    try await RuleFinder(client: client).whereFound(id) { id throws(ClientError) in
      (id, try await client.setRule(id, enabled: isEnabled))
    }
  }
}

/// What deleting, enabling and disabling have in common.
struct RuleChangeOptions: ParsableArguments {
  @OptionGroup var user: UserOption

  @OptionGroup var connection: ConnectionOptions

  /// Changes one rule after the other. One that the server does not know does not keep the others from it.
  /// - Parameter change: returns the whole id, and the server's answer
  func run(
    _ ids: [String], _ done: String, _ change: (TocsinClient, String) async throws -> (id: String, answer: JSON)
  ) async throws {
    let console = Console.current
    try await connection.withClient(user: try user.name()) { client in
      var failure: CommandFailure?
      for id in ids {
        do {
          let (id, answer) = try await change(client, id)
          let isChanged = answer.object?["changed"]?.bool ?? true
          console.print(connection.json ? answer.text : "\(isChanged ? "" : "already ")\(done)  \(Printable.line(id))")
        } catch let error as ClientError where error.code == .notFound {
          console.complain(await RuleFinder(client: client).unknown(id))
          failure = CommandFailure(.refused, lines: [])
        } catch let error as CommandFailure where error.status == .refused {
          for line in error.lines { console.complain(line) }
          failure = CommandFailure(.refused, lines: [])
        }
      }
      if let failure { throw failure }
    }
  }
}
