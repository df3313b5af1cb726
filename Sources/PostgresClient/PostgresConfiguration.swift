import CLibpq
import Support

/// Where PostgreSQL is and how to talk to it.
package struct PostgresConfiguration: Sendable {
  /// How long one host may take to accept a connection. libpq counts whole seconds, at least two.
  package var connectTimeout: Duration = .seconds(2)
  /// After how long the server stops a statement (SQLSTATE 57014). A server that does not even do that
  /// loses its connection a second later. Zero: neither.
  package var statementTimeout: Duration = .seconds(5)
  /// What `pg_stat_activity` shows.
  package var applicationName: String = "tocsin"

  /// The options of the connection string, in its order.
  private let options: [(keyword: String, value: String)]

  /// Reads a connection string: libpq's `key=value` pairs or a `postgresql://` URI, several hosts too
  /// (PostgreSQL documentation, 34.1.1).
  ///
  /// `connect_timeout`, `application_name` and a `statement_timeout` inside `options` become the
  /// properties of the same name.
  /// - Throws: ``PostgresError`` with `invalidConfiguration`; its message shows nothing of the string
  package init(url: String) throws(PostgresError) {
    guard let parsed = ConnectionOptions.parse(url) else {
      throw PostgresError(
        .invalidConfiguration,
        "not a connection string: expected postgresql://user@host/database or libpq's key=value pairs"
      )
    }
    if let fault = ConnectionOptions.fault(of: parsed, in: url) { throw PostgresError(.invalidConfiguration, fault) }
    options = parsed
    if let seconds = value(of: "connect_timeout").flatMap({ Int64($0) }) { connectTimeout = .seconds(seconds) }
    if let name = value(of: "application_name") { applicationName = name }
    if let text = value(of: "options"), let setting = text.firstRange(of: "statement_timeout=") {
      guard let timeout = Self.timeout(text[setting.upperBound...]) else {
        throw PostgresError(
          .invalidConfiguration,
          "the connection string's statement_timeout is not a time such as 5s, or too long")
      }
      statementTimeout = timeout
    }
  }

  private func value(of keyword: String) -> String? {
    options.last { $0.keyword == keyword }?.value
  }

  /// The longest time that the server has a number for: it counts milliseconds in 32 bits.
  private static let longestMilliseconds = Int128(Int32.max)

  /// Reads a time as `postgresql.conf` writes it: a number with an optional unit, milliseconds without.
  private static func timeout(_ text: Substring) -> Duration? {
    let word = text.prefix { !$0.isWhitespace }
    let digits = word.prefix { $0.isNumber }
    guard let number = Int64(digits) else { return nil }
    let unit: Int128? =
      switch word.dropFirst(digits.count) {
      case "", "ms": 1
      case "s": 1000
      case "min": 60_000
      case "h": 3_600_000
      case "d": 86_400_000
      default: nil
      }
    guard let unit, Int128(number) * unit <= longestMilliseconds else { return nil }
    return .milliseconds(Int64(Int128(number) * unit))
  }

  /// What is handed to libpq: defaults for what the string leaves out, the properties over all.
  var parameters: [(keyword: String, value: String)] {
    var all = [
      (keyword: "keepalives", value: "1"), ("keepalives_idle", "5"), ("keepalives_interval", "2"),
      ("keepalives_count", "3"), ("tcp_user_timeout", "8000"),
    ].filter { value(of: $0.keyword) == nil }
    let owned = ["connect_timeout", "application_name", "options", "client_encoding"]
    all += options.filter { !owned.contains($0.keyword) }
    let limit = min(max(0, Int128(statementTimeout.milliseconds)), Self.longestMilliseconds)
    var setting = "-c statement_timeout=\(limit)"
    if limit > 0 {
      // A process that stands still inside a transaction must not keep its locks.
      setting += " -c idle_in_transaction_session_timeout=\(min(2 * limit, Self.longestMilliseconds))"
    }
    // Over many partitions an estimate soon reaches what PostgreSQL compiles a statement for: half a second and more,
    // for what runs a few milliseconds.
    let defaults = "-c jit=off"
    all.append(("options", [defaults, value(of: "options"), setting].compactMap(\.self).joined(separator: " ")))
    let patience = min(Int128(connectTimeout.milliseconds), Self.longestMilliseconds)
    all.append(("connect_timeout", String(max(2, (patience + 999) / 1000))))
    all.append(("application_name", applicationName))
    all.append(("client_encoding", "UTF8"))
    return all
  }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Host, port, database, user and a few more; a password reads `***`, everything else is left out.
  package var description: String {
    options.compactMap { option in
      if option.keyword == "password" { return "password=***" }
      return ConnectionOptions.isShown(option) ? "\(option.keyword)=\(option.value)" : nil
    }.joined(separator: " ")
  }

  /// A message without the passwords that the connection string holds: libpq quotes what it cannot use.
  func redacted(_ message: String) -> String {
    options.filter { ConnectionOptions.secrets.contains($0.keyword) && $0.value.utf8.count > 2 }
      .reduce(message) { $0.replacing($1.value, with: "***") }
  }

  /// The same as ``description``.
  package var debugDescription: String { description }

  /// A mirror without children, so that `dump` shows no password either.
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
