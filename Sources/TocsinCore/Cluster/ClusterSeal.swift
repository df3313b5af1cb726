/// What Redis holds below a prefix to tell whose it is. It ends by itself half a minute after the last node renewed it.
package struct ClusterSeal: Sendable, Hashable {
  /// Made at random by the first node: nodes that see the same one share this Redis and the prefix.
  package var redisIdentity: String
  /// The database of the nodes that work here.
  package var database: DatabaseIdentity

  /// A seal of these parts.
  package init(redisIdentity: String, database: DatabaseIdentity) {
    self.redisIdentity = redisIdentity
    self.database = database
  }
}

/// Which database a node works on.
package struct DatabaseIdentity: Sendable, Hashable {
  /// Nodes with the same one share their tables: not even a copy of the database has it. Without `|`.
  package var id: String
  /// Database, schema and server, for people.
  package var description: String

  /// An identity of these parts.
  package init(id: String, description: String) {
    self.id = id
    self.description = description
  }
}

/// A seal as it was found.
package struct FoundSeal: Sendable, Hashable {
  /// What it says.
  package var seal: ClusterSeal
  /// For how many milliseconds it lasts if nobody renews it.
  package var millisecondsLeft: Int64

  /// A seal that lasts so long.
  package init(seal: ClusterSeal, millisecondsLeft: Int64) {
    self.seal = seal
    self.millisecondsLeft = millisecondsLeft
  }
}
