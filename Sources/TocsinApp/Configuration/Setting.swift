/// One setting of a node: where it can be set, and what it is unless set.
public struct Setting: Sendable, Hashable {
  /// Its place in a configuration file: `redis.url` is `url` below `redis`.
  public let key: String
  /// The environment variable that sets it.
  public let environment: String
  /// Its value unless set; empty where there is none.
  public let standard: String
  /// What it does, in one sentence.
  public let purpose: String
  /// Whether its value may hold a password.
  public let isSecret: Bool

  init(_ key: String, _ environment: String, _ standard: String, _ purpose: String, isSecret: Bool = false) {
    self.key = key
    self.environment = environment
    self.standard = standard
    self.purpose = purpose
    self.isSecret = isSecret
  }
}

extension Setting {
  static let host = Setting("host", "TOCSIN_HOST", "127.0.0.1", "Address to listen on; 0.0.0.0 for all.")
  static let port = Setting("port", "TOCSIN_PORT", "8000", "TCP port of HTTP and WebSocket; 0 takes a free one.")
  static let redisURL = Setting(
    "redis.url", "REDIS_URL", "redis://127.0.0.1:6379/0",
    "redis:// or rediss:// with user, password and database.", isSecret: true)
  static let redisPrefix = Setting(
    "redis.prefix", "TOCSIN_REDIS_PREFIX", "{tocsin}",
    "What all keys begin with; the braces keep them in one slot of Redis Cluster.")
  static let redisConnections = Setting(
    "redis.connections", "TOCSIN_REDIS_CONNECTIONS", "1", "Connections for commands; each pipelines.")
  static let databaseURL = Setting(
    "database.url", "DATABASE_URL", "postgresql://127.0.0.1:5432/tocsin",
    "PostgreSQL, as libpq reads it; several hosts are allowed.", isSecret: true)
  static let databaseWriters = Setting(
    "database.writers", "TOCSIN_DATABASE_WRITERS", "2", "Connections that write new alerts.")
  static let databaseReaders = Setting(
    "database.readers", "TOCSIN_DATABASE_READERS", "4", "Connections for everything else.")
  static let databaseCouriers = Setting(
    "database.couriers", "TOCSIN_DATABASE_COURIERS", "2", "Connections for the results of deliveries.")
  static let migrations = Setting(
    "migrations", "TOCSIN_MIGRATIONS", "", "Folder with the SQL files; found beside the program unless set.")
  static let nodeName = Setting(
    "node.name", "TOCSIN_NODE_NAME", "", "The node's name in logs; the host's name unless set.")
  static let threads = Setting("threads", "TOCSIN_THREADS", "0", "Event loops; 0 is one per core.")
  static let journalLimit = Setting(
    "journal.limit", "TOCSIN_JOURNAL_LIMIT", "200000", "How many alerts may wait in Redis before checks get 503.")
  static let drainSeconds = Setting(
    "drain.seconds", "TOCSIN_DRAIN_SECONDS", "20",
    "How long a node that was told to stop sends its clients elsewhere; it ends at most 5 s later.")
  static let authorities = Setting(
    "outbound.authorities", "TOCSIN_CA_FILE", "",
    "PEM file of the authorities that receivers' certificates are checked with; the system's unless set.")
  static let logLevel = Setting(
    "log.level", "TOCSIN_LOG_LEVEL", "info", "trace, debug, info, notice, warning, error or critical.")
  static let logFormat = Setting(
    "log.format", "TOCSIN_LOG_FORMAT", "text", "text for people, json for log collectors.")
  static let accessLog = Setting("log.access", "TOCSIN_LOG_ACCESS", "false", "Log every request.")

  /// All settings, in the order of the documentation.
  public static let all: [Setting] = [
    host, port, redisURL, redisPrefix, redisConnections, databaseURL, databaseWriters, databaseReaders,
    databaseCouriers, migrations,
    nodeName, threads, journalLimit, drainSeconds, authorities, logLevel, logFormat, accessLog,
  ]
}
