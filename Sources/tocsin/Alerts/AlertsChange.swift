import ArgumentParser
import TocsinClient
import TocsinCore

/// `tocsin alerts acknowledge`
struct AlertsAcknowledge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "acknowledge", abstract: "Say that somebody looks after alerts.",
    discussion: "An alert that already is acknowledged or resolved stays as it is.")

  @OptionGroup var change: AlertChange

  func run() async throws {
    try await change.run("acknowledged") { client, id, user in try await client.acknowledge(id, user: user) }
  }
}

/// `tocsin alerts resolve`
struct AlertsResolve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Say that what alerts told of is over.",
    discussion: "An alert that already is resolved stays as it is. Resolving does not end a rule's cooldown.")

  @OptionGroup var change: AlertChange

  func run() async throws {
    try await change.run("resolved") { client, id, user in try await client.resolve(id, user: user) }
  }
}

/// What acknowledging and resolving have in common.
struct AlertChange: ParsableArguments {
  @Argument(help: "The alerts' ids.")
  var ids: [String]

  @Option(name: .long, help: ArgumentHelp("Who does it. (default: $USER)", valueName: "name"))
  var user: String?

  @OptionGroup var connection: ConnectionOptions

  /// Changes one alert after the other. One that the server does not know does not keep the others from it.
  func run(_ done: String, _ change: (TocsinClient, String, String) async throws -> JSON) async throws {
    let console = Console.current
    let user = self.user ?? console.environment["USER", default: ""]
    guard !user.isEmpty else {
      throw CommandFailure(.usage, "tocsin: who does it is not known: name somebody with --user")
    }
    try await connection.withClient { client in
      var failure: CommandFailure?
      for id in ids {
        do {
          let answer = try await change(client, id, user)
          console.print(connection.json ? answer.text : "\(done)  \(Printable.line(id))")
        } catch let error as ClientError where error.code == .notFound {
          console.complain("tocsin: there is no alert \(Printable.line(id))")
          failure = CommandFailure(.refused, lines: [])
        }
      }
      if let failure { throw failure }
    }
  }
}
