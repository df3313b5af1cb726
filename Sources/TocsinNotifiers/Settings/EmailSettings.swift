import Support

/// A mail server, and who gets mail through it.
package struct EmailSettings: Sendable, Hashable {
  /// How the connection is encrypted.
  package enum Security: String, Sendable, Hashable, CaseIterable {
    /// With STARTTLS, or nothing is sent.
    case starttls
    /// From the first byte, usually on port 465.
    case tls
    /// With STARTTLS if the server offers it; who can change the traffic can prevent it.
    case opportunistic
    /// Not at all: for a server on the same host or in a trusted network.
    case none
  }

  /// The server's name or address.
  package var host: String
  /// The server's port.
  package var port: Int
  /// How the connection is encrypted.
  package var security: Security
  /// Who logs in; nil for nobody.
  package var user: String?
  /// The password that goes with ``user``.
  package var password: Secret?
  /// Who the mail is from. Its domain also stands in `Message-ID` and `List-Id`.
  package var sender: MailAddress
  /// Who gets it: one mail for all of them.
  package var recipients: [MailAddress]
  /// The name in EHLO; nil for this host's full name, or its address.
  package var greetingName: String?
  /// Whether the server's certificate has to be one of a known authority, and of the server's name.
  package var verifiesCertificate: Bool
  /// What every channel can be told.
  package var options: TargetOptions

  /// A server's settings; mail takes its time, so an attempt may take 60 s: a server that takes a message late must not get it again.
  package init(
    host: String, port: Int = 587, security: Security = .starttls, user: String? = nil, password: Secret? = nil,
    sender: MailAddress, recipients: [MailAddress], greetingName: String? = nil,
    verifiesCertificate: Bool = true, options: TargetOptions = TargetOptions(timeout: .seconds(60))
  ) {
    self.host = host
    self.port = port
    self.security = security
    self.user = user
    self.password = password
    self.sender = sender
    self.recipients = recipients
    self.greetingName = greetingName
    self.verifiesCertificate = verifiesCertificate
    self.options = options
  }

  /// By what the target is known: another order of the recipients, or another password, is no other target.
  var address: String { ([host, String(port)] + recipients.map(\.address).sorted()).joined(separator: "\n") }

  private var isOnThisHost: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  /// What cannot work.
  var problems: [String] {
    var problems: [String] = []
    if let fault = HostName.fault(of: host, form: .international) { problems.append("the server's host name \(fault)") }
    if !(1...65535).contains(port) { problems.append("the port is not 1 … 65535") }
    if recipients.isEmpty { problems.append("there is no recipient") }
    if (user ?? "").isEmpty, let password, !password.isEmpty { problems.append("there is a password without a user") }
    if let user, !user.isEmpty, security == .none, !isOnThisHost {
      problems.append("a log-in without TLS shows the password to all")
    }
    if let user, !user.isEmpty, !verifiesCertificate, security != .none, !isOnThisHost {
      problems.append(
        "a log-in needs the server's certificate verified: leave verify out, and name the certificate's authority in "
          + "TOCSIN_CA_FILE")
    }
    if let greetingName, let fault = EmailSettings.fault(ofGreeting: greetingName) {
      problems.append(
        "helo must be a host's name, such as tocsin.example.org, or an address, such as [192.0.2.1]: the name \(fault)")
    }
    if sender.isInternational {
      problems.append("the sender \(sender.address) must be ASCII before the @: not every server can answer to it")
    }
    for address in Set([sender] + recipients).sorted(by: { $0.address < $1.address }) {
      guard let fault = address.domainFault else { continue }
      problems.append("\(address.address) cannot be reached: its domain \(fault)")
    }
    return problems
  }

  private static func fault(ofGreeting name: String) -> String? {
    guard name.hasPrefix("["), name.hasSuffix("]") else { return HostName.fault(of: name, form: .mail) }
    let address = name.dropFirst().dropLast()
    return HostName.fault(of: address.hasPrefix("IPv6:") ? address.dropFirst(5) : address, form: .mail)
  }
}
