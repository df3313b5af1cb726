import Foundation
package import Logging
package import PostgresClient
package import RedisClient
package import TocsinServer

/// What a node runs with.
package struct NodeConfiguration: Sendable {
  package var host: String
  package var port: Int
  /// The names that the node is served under, and the pages that may use it.
  package var browsers: BrowserAccess
  package var redis: RedisConfiguration
  package var redisPrefix: String
  package var redisConnections: Int
  package var database: PostgresConfiguration
  package var databaseWriters: Int
  package var databaseReaders: Int
  package var databaseCouriers: Int
  /// Folder with the SQL files, or nil to look beside the program.
  package var migrations: String?
  /// The node's name in logs, or nil for the host's.
  package var nodeName: String?
  /// Event loops; 0 is one per core.
  package var threads: Int
  /// How many connections clients may have open, or nil for as many as the limit of open files has room for.
  package var connections: Int?
  package var journalLimit: Int
  package var drain: Duration
  /// PEM file of authorities that receivers' certificates are checked with, beside the system's; nil for only those.
  package var authorities: String?
  package var logLevel: Logger.Level
  package var logFormat: LogFormat
  package var accessLog: Bool

  /// Reads all settings.
  /// - Throws: ``ConfigurationError`` with everything that is wrong
  package init(_ sources: SettingSources) throws(ConfigurationError) {
    var reader = SettingReader(sources)
    host = reader.host(.host)
    port = reader.integer(.port, 0...65_535)
    browsers = reader.browsers(listeningOn: host)
    redis = reader.redis(.redisURL)
    redisPrefix = reader.keyPrefix(.redisPrefix)
    redisConnections = reader.integer(.redisConnections, 1...64)
    let database = reader.postgres(.databaseURL)
    databaseWriters = reader.integer(.databaseWriters, 1...64)
    databaseReaders = reader.integer(.databaseReaders, 1...256)
    databaseCouriers = reader.integer(.databaseCouriers, 1...64)
    migrations = reader.optional(.migrations)
    nodeName = reader.optional(.nodeName)
    threads = reader.integer(.threads, 0...1024)
    connections = reader.optionalInteger(.connections, 1...1_000_000)
    journalLimit = reader.integer(.journalLimit, 1...10_000_000)
    authorities = reader.optional(.authorities)
    if let authorities, !FileManager.default.isReadableFile(atPath: authorities) {
      reader.refuse(.authorities, because: "there is no such file, or it cannot be read")
    }
    drain = .seconds(reader.integer(.drainSeconds, 0...3600))
    logLevel = reader.level(.logLevel)
    logFormat = reader.choice(.logFormat, LogFormat.text)
    accessLog = reader.flag(.accessLog)
    guard let database, reader.problems.isEmpty, sources.problems.isEmpty else {
      throw ConfigurationError(source: nil, problems: sources.problemsOfFile + reader.problems)
    }
    self.database = database
  }
}

/// What a command needs that works on the database only. Other settings may be wrong: they are not read.
package struct DatabaseSettings: Sendable {
  /// Where PostgreSQL is.
  package var database: PostgresConfiguration
  /// Folder with the SQL files, or nil to look beside the program.
  package var migrations: String?

  /// Reads these settings.
  /// - Throws: ``ConfigurationError`` with everything that is wrong with them, or with the file as a whole
  package init(_ sources: SettingSources) throws(ConfigurationError) {
    var reader = SettingReader(sources)
    let database = reader.postgres(.databaseURL)
    migrations = reader.optional(.migrations)
    guard let database, reader.problems.isEmpty, sources.problems.isEmpty else {
      throw ConfigurationError(source: nil, problems: sources.problemsOfFile + reader.problems)
    }
    self.database = database
  }
}

extension SettingSources {
  /// ``problems``, each with the file's path before it.
  var problemsOfFile: [String] { problems.map { "\(path ?? ""): \($0)" } }
}
