/// A node as others see it.
package struct NodeRecord: Sendable, Hashable {
  /// Unique among all nodes that ever run.
  package var name: String
  /// What its keys in Redis begin with.
  package var redisPrefix: String
  /// Its Redis server, for people: no user, no password.
  package var redisServer: String
  /// What its Redis holds below the prefix (``ClusterSeal/redisIdentity``); nil before it has reached Redis.
  package var redisIdentity: String?
  /// Its release.
  package var version: String

  /// A node of these parts.
  package init(name: String, redisPrefix: String, redisServer: String, redisIdentity: String?, version: String) {
    self.name = name
    self.redisPrefix = redisPrefix
    self.redisServer = redisServer
    self.redisIdentity = redisIdentity
    self.version = version
  }
}

/// A node that is registered.
package struct RegisteredNode: Sendable, Hashable {
  /// The node.
  package var record: NodeRecord
  /// When it registered, by PostgreSQL's clock.
  package var startedAt: Timestamp
  /// When it renewed its registration last, in microseconds since the Unix epoch by PostgreSQL's clock: another number
  /// means that it runs.
  package var seenAt: Int64

  /// A registered node of these parts.
  package init(record: NodeRecord, startedAt: Timestamp, seenAt: Int64) {
    self.record = record
    self.startedAt = startedAt
    self.seenAt = seenAt
  }
}
