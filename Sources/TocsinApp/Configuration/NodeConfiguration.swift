import Foundation
public import Logging
public import PostgresClient
public import RedisClient
public import TocsinServer

/// What a node runs with.
public struct NodeConfiguration: Sendable {
  public var host: String
  public var port: Int
  /// The names that the node is served under, and the pages that may use it.
  public var browsers: BrowserAccess
  public var redis: RedisConfiguration
  public var redisPrefix: String
  public var redisConnections: Int
  public var database: PostgresConfiguration
  public var databaseWriters: Int
  public var databaseReaders: Int
  public var databaseCouriers: Int
  /// Folder with the SQL files, or nil to look beside the program.
  public var migrations: String?
  /// The node's name in logs, or nil for the host's.
  public var nodeName: String?
  /// Event loops; 0 is one per core.
  public var threads: Int
  /// How many connections clients may have open, or nil for as many as the limit of open files has room for.
  public var connections: Int?
  public var journalLimit: Int
  public var drain: Duration
  /// PEM file of authorities that receivers' certificates are checked with, beside the system's; nil for only those.
  public var authorities: String?
  public var logLevel: Logger.Level
  public var logFormat: LogFormat
  public var accessLog: Bool

  /// Reads all settings.
  /// - Throws: ``ConfigurationError`` with everything that is wrong
  public init(_ sources: SettingSources) throws(ConfigurationError) {
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
public struct DatabaseSettings: Sendable {
  /// Where PostgreSQL is.
  public var database: PostgresConfiguration
  /// Folder with the SQL files, or nil to look beside the program.
  public var migrations: String?

  /// Reads these settings.
  /// - Throws: ``ConfigurationError`` with everything that is wrong with them, or with the file as a whole
  public init(_ sources: SettingSources) throws(ConfigurationError) {
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
