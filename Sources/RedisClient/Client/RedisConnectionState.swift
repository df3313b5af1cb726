/// What a client reports of its connections.
package enum RedisConnectionState: Sendable, Hashable {
  /// A connection was made. The run id is the server's own, new with each start of a server; another one than before
  /// means that the data may be another, too.
  case connected(runID: String)
  /// A connection was lost.
  case disconnected(RedisError)
  /// The server answers, and refuses the log-in, the database or a command that every connection begins with.
  case refused(RedisError)
}
