/// Whether a node may work with those that it shares PostgreSQL or Redis with.
///
/// Two nodes that share the database but not the Redis prefix or server, or Redis but not the database, would both raise
/// every alert. What is found may have been left behind by nodes that are gone: it counts only once somebody has renewed
/// it since it was first seen.
package struct Membership: Sendable {
  /// What the node has to do.
  package enum Verdict: Sendable, Hashable {
    /// Work.
    case agreed
    /// Look again: somebody disagrees who may be gone.
    case waiting
    /// Stop, for that reason.
    case refused(String)
  }

  /// This node, with the Redis identity that it goes by.
  package private(set) var node: NodeRecord
  private var others: [String: Sighting] = [:]
  private var lastLeft: Int64?
  private var isSealed = false

  /// What is known of a node that disagrees.
  private struct Sighting: Sendable {
    var seenAt: Int64
    var renewals = 0
  }

  /// Before anything is known.
  package init(_ node: NodeRecord) {
    self.node = node
  }

  /// Whether Redis was sealed as that of this node's database at some time.
  package var hasSealed: Bool { isSealed }

  /// Redis holds that seal.
  package mutating func found(_ found: FoundSeal, own database: DatabaseIdentity) -> Verdict {
    if found.seal.database.id == database.id {
      isSealed = true
      lastLeft = nil
      node.redisIdentity = found.seal.redisIdentity
      return .agreed
    }
    defer { lastLeft = found.millisecondsLeft }
    // It lasts the longer, the later it was renewed.
    guard let lastLeft, found.millisecondsLeft > lastLeft else { return .waiting }
    return .refused(
      """
      the Redis \(node.redisServer) with the prefix "\(node.redisPrefix)" is used by nodes of another database: theirs \
      is \(found.seal.database.description), this node's is \(database.description). Together they would lose and repeat \
      alerts. Set DATABASE_URL to the same database on all nodes, or TOCSIN_REDIS_PREFIX to another prefix for each \
      installation. To move to another database, stop all nodes for half a minute
      """)
  }

  /// These nodes disagree, or nobody.
  package mutating func registered(_ conflicts: [RegisteredNode]) -> Verdict {
    var sightings: [String: Sighting] = [:]
    for other in conflicts {
      var sighting = others[other.record.name] ?? Sighting(seenAt: other.seenAt)
      if other.seenAt != sighting.seenAt {
        sighting.seenAt = other.seenAt
        sighting.renewals += 1
      }
      sightings[other.record.name] = sighting
    }
    others = sightings
    for other in conflicts where isCertain(other) { return .refused(refusal(other.record)) }
    return conflicts.isEmpty ? .agreed : .waiting
  }

  /// A prefix stays as it is. An identity may have been lost with what Redis held: who finds another one in its place
  /// takes it over when it renews next.
  private func isCertain(_ other: RegisteredNode) -> Bool {
    let renewals = others[other.record.name]?.renewals ?? 0
    return renewals >= (other.record.redisPrefix == node.redisPrefix ? 2 : 1)
  }

  private func refusal(_ other: NodeRecord) -> String {
    let setting =
      other.redisPrefix == node.redisPrefix
      ? (
        "another Redis server: \(other.redisServer), this node's is \(node.redisServer)", "REDIS_URL to the same server"
      )
      : (
        "another Redis prefix: \"\(other.redisPrefix)\", this node's is \"\(node.redisPrefix)\"",
        "TOCSIN_REDIS_PREFIX to the same prefix"
      )
    return """
      node \(other.name) uses the same database with \(setting.0). Both would raise and send every alert. Set \
      \(setting.1) on all nodes, or DATABASE_URL to another database for each installation. To change it, stop all nodes \
      for half a minute
      """
  }
}
