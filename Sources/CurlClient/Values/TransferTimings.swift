/// How long the steps of a transfer took, each counted from its start.
package struct TransferTimings: Sendable, Hashable {
  /// Until the host's name was resolved.
  package var nameLookup: Duration
  /// Until the TCP connection was there; zero on a connection that was there before.
  package var connect: Duration
  /// Until TLS was set up; zero without TLS, and on a connection that was there before.
  package var tls: Duration
  /// Until the end. The time in line before the transfer began is not part of it.
  package var total: Duration
  /// Whether an earlier transfer had opened the connection.
  package var isConnectionReused: Bool

  /// Timings; without arguments those of a transfer that did not begin.
  package init(
    nameLookup: Duration = .zero, connect: Duration = .zero, tls: Duration = .zero, total: Duration = .zero,
    isConnectionReused: Bool = false
  ) {
    self.nameLookup = nameLookup
    self.connect = connect
    self.tls = tls
    self.total = total
    self.isConnectionReused = isConnectionReused
  }
}
