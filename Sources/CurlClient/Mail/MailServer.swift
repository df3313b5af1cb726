/// A mail server, and how to talk to it.
package struct MailServer: Sendable, Hashable {
  /// How a connection is encrypted.
  package enum Encryption: String, Sendable, Hashable {
    /// Not at all: for a server on the same host or in a trusted network.
    case none
    /// With STARTTLS if the server offers it. Who can change the traffic can prevent it.
    case startTLSIfOffered
    /// With STARTTLS, or no mail is sent (RFC 3207).
    case startTLS
    /// From the first byte, usually on port 465 (RFC 8314).
    case implicit
  }

  /// Who logs in, by the mechanisms PLAIN or LOGIN. A server that offers no AUTH at all is not logged in to.
  package struct Login: Sendable, Hashable {
    /// The user.
    package var user: String
    /// The password; never part of any description.
    package var password: String

    /// A log-in.
    package init(user: String, password: String) {
      self.user = user
      self.password = password
    }
  }

  /// The server's name or address.
  package var host: String
  /// The server's TCP port.
  package var port: Int
  /// How connections are encrypted.
  package var encryption: Encryption
  /// Who logs in, if anybody.
  package var login: Login?
  /// The name in EHLO, which some servers check; nil for this host's full name, or for its address where its name is a
  /// short one.
  package var greetingName: String?
  /// Whether the server's certificate has to be one of a known authority, and of the server's name. Without that TLS hides
  /// the mail only from those who can read the traffic and not change it.
  package var verifiesCertificate: Bool

  /// A server.
  package init(
    host: String, port: Int = 587, encryption: Encryption = .startTLS, login: Login? = nil, greetingName: String? = nil,
    verifiesCertificate: Bool = true
  ) {
    self.host = host
    self.port = port
    self.encryption = encryption
    self.login = login
    self.greetingName = greetingName
    self.verifiesCertificate = verifiesCertificate
  }
}

extension MailServer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Host, port and encryption.
  package var description: String { "\(host):\(port) (\(encryption))" }

  /// The same as ``description``.
  package var debugDescription: String { description }

  /// Shows the description only, so that not even `dump` shows the password.
  package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension MailServer.Login: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// A mask.
  package var description: String { "***" }

  /// The same as ``description``.
  package var debugDescription: String { description }

  /// A mirror without children, so that `dump` shows no password either.
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
