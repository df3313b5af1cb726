/// What a client trusts, and how much it does at once.
package struct CurlConfiguration: Sendable, Hashable {
  /// A PEM file of authorities to trust beside the system's. It is read again when it changes.
  package var authoritiesFile: String?
  /// A PEM file in place of the system's authorities; nil for the one that `SSL_CERT_FILE` names, or else for libcurl's own.
  package var systemAuthoritiesFile: String?
  /// How many HTTP connections may be open; transfers beyond wait, and their timeouts run. 0: any number.
  package var maximumConnections: Int = 256
  /// How many of these may lead to one host. With HTTP/2 one connection carries many transfers. 0: any number.
  package var maximumConnectionsPerHost: Int = 16
  /// How many idle HTTP connections are kept for later transfers.
  package var maximumIdleConnections: Int = 64
  /// How many mails may be under way at once. Each has a thread; mails beyond wait in line, and their timeouts run.
  package var maximumMailTransfers: Int = 8
  /// How many of these may go to one server, so that one that hangs does not hold up the others.
  package var maximumMailTransfersPerServer: Int = 4
  /// How long transfers under way may go on once the client shuts down.
  package var shutdownLimit: Duration = .seconds(10)

  /// The defaults: the system's authorities, and limits for some hundred transfers at once.
  package init() {}
}
