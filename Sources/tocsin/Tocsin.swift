import ArgumentParser
import Foundation
import TocsinCore

/// The `tocsin` command.
@main
struct Tocsin: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tocsin",
    abstract: "Turns the metrics of advertising campaigns into alerts, and puts them in front of people at once.",
    discussion: """
      Try it:
        tocsin check roas 1.5 --campaign c1 --name "Spring sale"
        tocsin watch --severity critical --severity high
        tocsin rules export > rules.yaml
        tocsin alerts acknowledge 0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a

      TOCSIN_URL names the servers where --url does not (several with commas between them: the next one is tried when \
      one fails). TOCSIN_USER names who makes changes where --user does not. NO_COLOR turns colours off; on a \
      terminal, lines of tables are cut to its width (COLUMNS).

      Exit status:
        0  done
        1  the server refused it, or knows no such thing
        2  the command line or an input file is wrong
        3  no server could be reached, or none answered in time
        4  check --fail-on-alert: an alert was raised
       75  the server cannot do it now: try later
      """,
    version: TocsinRelease.version,
    subcommands: [
      ServeCommand.self, MigrateCommand.self, DevCommand.self, ConfigCommand.self, CheckCommand.self, WatchCommand.self,
      RulesCommand.self, AlertsCommand.self, DeliveriesCommand.self, TestCommand.self, BenchCommand.self,
    ])

  static func main() async {
    // Before anything is read: a signal may come at any time.
    if CommandLine.arguments.dropFirst().first == ServeCommand.configuration.commandName { NodeSignals.prepare() }
    Foundation.exit(await run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  /// Runs the command with these arguments, on ``Console/current``.
  static func run(_ arguments: [String]) async -> CommandStatus {
    do {
      if let failure = CommandLineFault.unknownCommand(in: arguments) { throw failure }
      var command = try parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return .done
    } catch {
      return report(error, arguments)
    }
  }

  private static func report(_ error: any Error, _ arguments: [String]) -> CommandStatus {
    if exitCode(for: error).isSuccess {
      Console.current.print(fullMessage(for: error))
      return .done
    }
    let failure = CommandFailure(error) ?? CommandLineFault.failure(message(for: error), in: arguments)
    for line in failure.lines { Console.current.complain(line) }
    return failure.status
  }
}
