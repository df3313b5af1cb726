import ArgumentParser
import Logging
import TocsinApp
import TocsinCore

/// `tocsin serve`: one node.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run a node of the cluster.",
    discussion: """
      The node listens on 127.0.0.1:8000 unless told otherwise, shares its state with the others through Redis and \
      PostgreSQL, and stops on SIGTERM within 25 s: it answers what it has, sends its WebSocket clients elsewhere, \
      and loses nothing. Where nobody is connected it stops at once. SIGHUP reads receivers and routes again.

      Settings come from flags, then the environment, then the file; `tocsin config` shows what counts.

      Examples:
        DATABASE_URL=postgresql://tocsin@db/tocsin tocsin migrate
        DATABASE_URL=postgresql://tocsin@db/tocsin REDIS_URL=redis://redis:6379/0 tocsin serve --host 0.0.0.0

      Exit status: 0 stopped as told, 1 could not start, or failed, 2 a setting cannot be used.
      """)

  @OptionGroup var options: NodeOptions

  @Option(help: "Address to listen on; also TOCSIN_HOST.")
  var host: String?

  @Option(help: "TCP port; also TOCSIN_PORT.")
  var port: Int?

  func run() async throws {
    OpenFileLimit.raise()
    let load = options.load(flags: ["host": host, "port": port.map(String.init)])
    guard case .success(let configuration) = load.node, case .success(let receivers) = load.receivers else {
      throw NodeOptions.failure(load.problems)
    }
    let logs = LogWriter(format: configuration.logFormat)
    LoggingSystem.bootstrap { _ in LineLogHandler(writer: logs, level: configuration.logLevel) }
    let result = await serve(configuration, receivers, load, logs)
    let isWritten = await logs.finish()
    do { try result.get() } catch {
      // Where nobody reads standard error, another line would wait forever.
      throw isWritten ? error : CommandFailure(error.status, lines: [])
    }
  }

  private func serve(
    _ configuration: NodeConfiguration, _ receivers: ReceiverConfiguration, _ load: ConfigurationLoad, _ logs: LogWriter
  ) async -> Result<Void, CommandFailure> {
    let logger = Logger(label: "tocsin")
    for warning in load.warnings {
      logger.warning(
        "an environment variable does nothing",
        metadata: ["variable": "\(warning.variable)", "reason": "\(warning.reason)"])
    }
    if configuration.host != "127.0.0.1", configuration.host != "localhost", configuration.host != "::1" {
      logger.warning(
        "the node listens to other machines and has no access control: let only trusted ones reach it",
        metadata: ["host": "\(configuration.host)"])
    }
    let source = ReceiverSource(file: load.file, environment: Console.current.environment)
    do {
      try await Node(
        configuration: configuration, receivers: receivers, reloadingFrom: source, logs: logs, logger: logger
      ).run()
      return .success(())
    } catch {
      return .failure(CommandFailure(.refused, "tocsin: \(error)"))
    }
  }
}
