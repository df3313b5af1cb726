/// One setting of a node: where it can be set, and what it is unless set.
package struct Setting: Sendable, Hashable {
  /// Its place in a configuration file: `redis.url` is `url` below `redis`.
  package let key: String
  /// The environment variable that sets it.
  package let environment: String
  /// Its value unless set; empty where there is none.
  package let standard: String
  /// What it does, in one sentence.
  package let purpose: String
  /// What happens where neither a value nor a standard is; empty for settings that have a standard.
  package let absence: String
  /// How its value is shown.
  let showing: Showing

  /// How a value is shown to people.
  enum Showing: Sendable, Hashable {
    /// As it is, unless it looks like a URL.
    case text
    /// As what libpq makes of it, without passwords.
    case postgres
    /// As what the client for Redis makes of it, without the password.
    case redis
  }

  /// Whether its value may hold a password.
  package var isSecret: Bool { showing != .text }

  init(
    _ key: String, _ environment: String, _ standard: String, _ purpose: String, absence: String = "",
    showing: Showing = .text
  ) {
    self.key = key
    self.environment = environment
    self.standard = standard
    self.purpose = purpose
    self.absence = absence
    self.showing = showing
  }
}

extension Setting {
  static let host = Setting("host", "TOCSIN_HOST", "127.0.0.1", "Address to listen on; 0.0.0.0 for all.")
  static let port = Setting("port", "TOCSIN_PORT", "8000", "TCP port of HTTP and WebSocket; 0 takes a free one.")
  static let httpHosts = Setting(
    "http.hosts", "TOCSIN_HTTP_HOSTS", "",
    "Names that requests may come under, comma-separated, with or without a port; unless set any, or loopback's on a node that listens on loopback."
  )
  static let httpOrigins = Setting(
    "http.origins", "TOCSIN_HTTP_ORIGINS", "",
    "Origins of pages that may use the node beside its own, comma-separated: https://dashboard.example.org.")
  static let redisURL = Setting(
    "redis.url", "REDIS_URL", "redis://127.0.0.1:6379/0",
    "redis:// or rediss:// with user, password and database.", showing: .redis)
  static let redisPrefix = Setting(
    "redis.prefix", "TOCSIN_REDIS_PREFIX", "{tocsin}",
    "What all keys begin with; the braces keep them in one slot of Redis Cluster.")
  static let redisConnections = Setting(
    "redis.connections", "TOCSIN_REDIS_CONNECTIONS", "1", "Connections for commands; each pipelines.")
  static let databaseURL = Setting(
    "database.url", "DATABASE_URL", "postgresql://127.0.0.1:5432/tocsin",
    "PostgreSQL, as libpq reads it; several hosts are allowed.", showing: .postgres)
  static let databaseWriters = Setting(
    "database.writers", "TOCSIN_DATABASE_WRITERS", "2", "Connections that write new alerts.")
  static let databaseReaders = Setting(
    "database.readers", "TOCSIN_DATABASE_READERS", "4", "Connections for everything else.")
  static let databaseCouriers = Setting(
    "database.couriers", "TOCSIN_DATABASE_COURIERS", "2", "Connections for the results of deliveries.")
  static let migrations = Setting(
    "migrations", "TOCSIN_MIGRATIONS", "", "Folder with the SQL files; found beside the program unless set.",
    absence: "found beside the program")
  static let nodeName = Setting(
    "node.name", "TOCSIN_NODE_NAME", "", "The node's name in logs; the host's name unless set.",
    absence: "the host's name")
  static let threads = Setting("threads", "TOCSIN_THREADS", "0", "Event loops; 0 is one per core.")
  static let connections = Setting(
    "connections", "TOCSIN_CONNECTIONS", "",
    "How many connections clients may have open; as many as the limit of open files has room for unless set.",
    absence: "as many as the limit of open files has room for")
  static let journalLimit = Setting(
    "journal.limit", "TOCSIN_JOURNAL_LIMIT", "200000", "How many alerts may wait in Redis before checks get 503.")
  static let drainSeconds = Setting(
    "drain.seconds", "TOCSIN_DRAIN_SECONDS", "20",
    "How long a node that was told to stop sends its clients elsewhere; it ends at most 5 s later.")
  static let authorities = Setting(
    "outbound.authorities", "TOCSIN_CA_FILE", "",
    "PEM file of authorities that receivers' certificates are checked with, beside the system's.",
    absence: "the system's only")
  static let logLevel = Setting(
    "log.level", "TOCSIN_LOG_LEVEL", "info", "trace, debug, info, notice, warning, error or critical.")
  static let logFormat = Setting(
    "log.format", "TOCSIN_LOG_FORMAT", "text", "text for people, json for log collectors.")
  static let accessLog = Setting("log.access", "TOCSIN_LOG_ACCESS", "false", "Log every request.")

  /// All settings, in the order of the documentation.
  package static let all: [Setting] = [
    host, port, httpHosts, httpOrigins, redisURL, redisPrefix, redisConnections, databaseURL, databaseWriters,
    databaseReaders,
    databaseCouriers, migrations,
    nodeName, threads, connections, journalLimit, drainSeconds, authorities, logLevel, logFormat, accessLog,
  ]
}
