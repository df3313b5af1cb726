/// A node as others see it.
public struct NodeRecord: Sendable, Hashable {
  /// Unique among all nodes that ever run.
  public var name: String
  /// What its keys in Redis begin with.
  public var redisPrefix: String
  /// Its Redis server, for people: no user, no password.
  public var redisServer: String
  /// What its Redis holds below the prefix (``ClusterSeal/redisIdentity``); nil before it has reached Redis.
  public var redisIdentity: String?
  /// Its release.
  public var version: String

  /// A node of these parts.
  public init(name: String, redisPrefix: String, redisServer: String, redisIdentity: String?, version: String) {
    self.name = name
    self.redisPrefix = redisPrefix
    self.redisServer = redisServer
    self.redisIdentity = redisIdentity
    self.version = version
  }
}

/// A node that is registered.
public struct RegisteredNode: Sendable, Hashable {
  /// The node.
  public var record: NodeRecord
  /// When it registered, by PostgreSQL's clock.
  public var startedAt: Timestamp
  /// When it renewed its registration last, in microseconds since the Unix epoch by PostgreSQL's clock: another number
  /// means that it runs.
  public var seenAt: Int64

  /// A registered node of these parts.
  public init(record: NodeRecord, startedAt: Timestamp, seenAt: Int64) {
    self.record = record
    self.startedAt = startedAt
    self.seenAt = seenAt
  }
}
