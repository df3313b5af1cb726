/// How long the steps of a transfer took, each counted from its start.
public struct TransferTimings: Sendable, Hashable {
  /// Until the host's name was resolved.
  public var nameLookup: Duration
  /// Until the TCP connection was there; zero on a connection that was there before.
  public var connect: Duration
  /// Until TLS was set up; zero without TLS, and on a connection that was there before.
  public var tls: Duration
  /// Until the end. The time in line before the transfer began is not part of it.
  public var total: Duration
  /// Whether an earlier transfer had opened the connection.
  public var isConnectionReused: Bool

  /// Timings; without arguments those of a transfer that did not begin.
  public init(
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
