import ArgumentParser
import Foundation
import TocsinApp

/// The flags that every command with a node's configuration takes.
struct NodeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("YAML or JSON file with settings.", valueName: "file"))
  var config: String?

  @Option(help: "Redis, as redis:// or rediss:// URL; also REDIS_URL.")
  var redisURL: String?

  @Option(help: "PostgreSQL, as URL or connection string; also DATABASE_URL.")
  var databaseURL: String?

  @Option(help: ArgumentHelp("Folder with the SQL migrations.", valueName: "folder"))
  var migrations: String?

  /// The sources of settings, with further flags by setting key.
  func sources(flags: [String: String?] = [:]) async throws -> SettingSources {
    var given = flags.compactMapValues { $0 }
    given["redis.url"] = redisURL
    given["database.url"] = databaseURL
    given["migrations"] = migrations
    let environment = ProcessInfo.processInfo.environment
    do {
      return try await SettingSources(
        flags: given, environment: environment, file: receiverSource.file)
    } catch {
      throw CommandFailure(.usage, "tocsin: \(error)")
    }
  }

  /// Where receivers and routes are read from.
  var receiverSource: ReceiverSource {
    let environment = ProcessInfo.processInfo.environment
    return ReceiverSource(file: config ?? environment["TOCSIN_CONFIG"], environment: environment)
  }

  /// The checked receivers and routes.
  func receivers() throws -> ReceiverConfiguration {
    let source = receiverSource
    do {
      return try ReceiverConfiguration(file: source.file, environment: source.environment)
    } catch {
      throw CommandFailure(.usage, "tocsin: \(error)")
    }
  }

  /// The checked configuration.
  func configuration(flags: [String: String?] = [:]) async throws -> NodeConfiguration {
    let sources = try await sources(flags: flags)
    do { return try NodeConfiguration(sources) } catch { throw CommandFailure(.usage, "tocsin: \(error)") }
  }
}
