import Foundation
public import Logging
public import PostgresClient
public import RedisClient

/// What a node runs with.
public struct NodeConfiguration: Sendable {
  public var host: String
  public var port: Int
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
  public var journalLimit: Int
  public var drain: Duration
  /// PEM file of the authorities that receivers' certificates are checked with, or nil for the system's.
  public var authorities: String?
  public var logLevel: Logger.Level
  public var logFormat: LogFormat
  public var accessLog: Bool

  /// Reads all settings.
  /// - Throws: ``ConfigurationError`` for the first value that cannot be used
  public init(_ sources: SettingSources) throws(ConfigurationError) {
    host = try sources.text(.host)
    port = try sources.integer(.port, 0...65_535)
    do { redis = try RedisConfiguration(url: try sources.text(.redisURL)) } catch {
      throw sources.refusal(.redisURL, because: "\(error)")
    }
    redisPrefix = try sources.text(.redisPrefix)
    redisConnections = try sources.integer(.redisConnections, 1...64)
    do { database = try PostgresConfiguration(url: try sources.text(.databaseURL)) } catch {
      throw sources.refusal(.databaseURL, because: "\(error)")
    }
    databaseWriters = try sources.integer(.databaseWriters, 1...64)
    databaseReaders = try sources.integer(.databaseReaders, 1...256)
    databaseCouriers = try sources.integer(.databaseCouriers, 1...64)
    migrations = sources.optional(.migrations)
    nodeName = sources.optional(.nodeName)
    threads = try sources.integer(.threads, 0...1024)
    journalLimit = try sources.integer(.journalLimit, 1...10_000_000)
    authorities = sources.optional(.authorities)
    if let authorities, !FileManager.default.isReadableFile(atPath: authorities) {
      throw sources.refusal(.authorities, because: "there is no such file, or it cannot be read")
    }
    drain = .seconds(try sources.integer(.drainSeconds, 0...3600))
    let level = try sources.text(.logLevel)
    guard let logLevel = Logger.Level(rawValue: level.lowercased()) else {
      throw sources.refusal(.logLevel, because: "it must be one of \(Setting.logLevel.purpose)")
    }
    self.logLevel = logLevel
    guard let logFormat = LogFormat(rawValue: try sources.text(.logFormat).lowercased()) else {
      throw sources.refusal(.logFormat, because: "it must be text or json")
    }
    self.logFormat = logFormat
    switch try sources.text(.accessLog).lowercased() {
    case "true", "1", "yes", "on": accessLog = true
    case "false", "0", "no", "off": accessLog = false
    default: throw sources.refusal(.accessLog, because: "it must be true or false")
    }
  }
}

extension SettingSources {
  fileprivate func optional(_ setting: Setting) -> String? {
    let text = value(of: setting).text
    return text.isEmpty ? nil : text
  }

  fileprivate func text(_ setting: Setting) throws(ConfigurationError) -> String {
    guard let text = optional(setting) else { throw refusal(setting, because: "it must not be empty") }
    return text
  }

  fileprivate func integer(_ setting: Setting, _ range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    guard let number = Int(value(of: setting).text), range.contains(number) else {
      throw refusal(
        setting, because: "it must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  fileprivate func refusal(_ setting: Setting, because reason: String) -> ConfigurationError {
    let value = value(of: setting)
    return ConfigurationError(
      "\(setting.environment) is \"\(value.shown(for: setting))\" (from \(value.source)): \(reason)")
  }
}
