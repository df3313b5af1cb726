import ArgumentParser
import TocsinApp

/// The flags that every command with a node's configuration takes.
struct NodeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("YAML or JSON file with settings; also TOCSIN_CONFIG.", valueName: "file"))
  var config: String?

  @Option(help: "Redis, as redis:// or rediss:// URL; also REDIS_URL, which the list of processes does not show.")
  var redisURL: String?

  @Option(
    help: "PostgreSQL, as URL or connection string; also DATABASE_URL, which the list of processes does not show.")
  var databaseURL: String?

  @Option(help: ArgumentHelp("Folder with the SQL migrations; also TOCSIN_MIGRATIONS.", valueName: "folder"))
  var migrations: String?

  /// Reads everything, with further flags by setting key. The configuration file is read once.
  func load(flags: [String: String?] = [:]) -> ConfigurationLoad {
    var given = flags.compactMapValues { $0 }
    given["redis.url"] = redisURL
    given["database.url"] = databaseURL
    given["migrations"] = migrations
    return ConfigurationLoad(flags: given, environment: Console.current.environment, path: config)
  }

  /// What one of these commands ends with where settings cannot be used.
  static func failure(_ problems: [String]) -> CommandFailure {
    CommandFailure(.usage, "tocsin: \(ConfigurationError(source: nil, problems: problems))")
  }
}
