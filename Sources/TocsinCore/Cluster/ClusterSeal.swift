/// What Redis holds below a prefix to tell whose it is. It ends by itself half a minute after the last node renewed it.
public struct ClusterSeal: Sendable, Hashable {
  /// Made at random by the first node: nodes that see the same one share this Redis and the prefix.
  public var redisIdentity: String
  /// The database of the nodes that work here.
  public var database: DatabaseIdentity

  /// A seal of these parts.
  public init(redisIdentity: String, database: DatabaseIdentity) {
    self.redisIdentity = redisIdentity
    self.database = database
  }
}

/// Which database a node works on.
public struct DatabaseIdentity: Sendable, Hashable {
  /// Nodes with the same one share their tables: not even a copy of the database has it. Without `|`.
  public var id: String
  /// Database, schema and server, for people.
  public var description: String

  /// An identity of these parts.
  public init(id: String, description: String) {
    self.id = id
    self.description = description
  }
}

/// A seal as it was found.
public struct FoundSeal: Sendable, Hashable {
  /// What it says.
  public var seal: ClusterSeal
  /// For how many milliseconds it lasts if nobody renews it.
  public var millisecondsLeft: Int64

  /// A seal that lasts so long.
  public init(seal: ClusterSeal, millisecondsLeft: Int64) {
    self.seal = seal
    self.millisecondsLeft = millisecondsLeft
  }
}
