/// Where a Redis server is, how to log in, and how long to wait for it.
package struct RedisConfiguration: Sendable, Hashable {
  /// The server's name or address.
  package var host: String
  /// The server's TCP port.
  package var port: Int
  /// The path of the server's Unix domain socket; goes before host and port.
  package var unixSocketPath: String?
  /// The ACL user; `nil` is the default user.
  package var username: String?
  /// The password; never part of any description.
  package var password: String?
  /// The number of the database to select.
  package var database: Int
  /// How to encrypt; `nil` is plain TCP.
  package var tls: TLS?
  /// How long one attempt to connect may take, log-in included.
  package var connectTimeout: Duration = .seconds(2)
  /// How long a command may wait for its reply.
  package var commandTimeout: Duration = .seconds(2)
  /// The longest pause between two attempts to connect.
  package var reconnectCap: Duration = .milliseconds(500)

  /// What a TLS connection trusts and shows.
  package struct TLS: Sendable, Hashable {
    /// A PEM file of the authorities to trust; `nil` is the system's.
    package var authoritiesFile: String?
    /// A PEM file of the certificate to show, with its chain.
    package var certificateFile: String?
    /// A PEM file of that certificate's key.
    package var keyFile: String?

    /// Trusts the system's authorities unless told otherwise; the server's name or address is always verified.
    package init(authoritiesFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
      self.authoritiesFile = authoritiesFile
      self.certificateFile = certificateFile
      self.keyFile = keyFile
    }
  }

  /// A server, without a password and without TLS.
  package init(host: String = "127.0.0.1", port: Int = 6379, database: Int = 0) {
    self.host = host
    self.port = port
    self.database = database
  }
}

extension RedisConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The URL with a mask in the password's place, and in that of a user without one: who forgets the colon in
  /// `redis://:password@host` makes a user of the password.
  package var description: String {
    let isAlone = (password ?? "").isEmpty && username != nil
    let user = isAlone ? "***" : (username ?? "") + (password == nil ? "" : ":***")
    let login = user.isEmpty ? "" : user + "@"
    if let unixSocketPath { return "unix://\(login)\(unixSocketPath)?db=\(database)" }
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(tls == nil ? "redis" : "rediss")://\(login)\(name):\(port)/\(database)"
  }

  /// The same as ``description``.
  package var debugDescription: String { description }

  /// Shows the description only, so that not even `dump` shows the password.
  package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
