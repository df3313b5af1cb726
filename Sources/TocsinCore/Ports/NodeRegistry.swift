/// Where nodes register with each other: PostgreSQL.
package protocol NodeRegistry: Sendable {
  /// The database that this registry is in.
  func database() async throws(StoreError) -> DatabaseIdentity

  /// Registers a node, or renews its registration, which lasts half a minute by PostgreSQL's clock.
  ///
  /// A node is not registered while another one is that has another Redis prefix, or another Redis identity where both
  /// are known; of two that register at once one is first. One that is registered may find that an earlier one has
  /// another identity since.
  /// - Returns: those nodes; none where all agree
  func register(_ node: NodeRecord) async throws(StoreError) -> [RegisteredNode]

  /// Ends the registration of that node.
  func withdraw(_ name: String) async throws(StoreError)

  /// The nodes whose registration lasts, first come first.
  func nodes() async throws(StoreError) -> [RegisteredNode]
}

/// Where nodes mark what they share in Redis as that of their database.
package protocol ClusterSealing: Sendable {
  /// Renews the seal if it is this one's database; writes it where there is none, with the given Redis identity. Where
  /// it is another database's, or of a form that this release does not know, nothing is changed.
  /// - Parameter former: what this node's database was called before it was restored or created again: a seal of that
  ///   database becomes this one's
  /// - Returns: what is there now; nil for a form that this release does not know
  func seal(
    _ seal: ClusterSeal, insteadOf former: DatabaseIdentity?, lasting milliseconds: Int64
  ) async throws(StoreError) -> FoundSeal?
}

extension ClusterSealing {
  /// The same for a database that has always been the same.
  package func seal(_ seal: ClusterSeal, lasting milliseconds: Int64) async throws(StoreError) -> FoundSeal? {
    try await self.seal(seal, insteadOf: nil, lasting: milliseconds)
  }
}
