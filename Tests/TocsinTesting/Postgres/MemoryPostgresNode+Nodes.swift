package import TocsinCore

extension MemoryPostgresNode: NodeRegistry {
  /// For how many milliseconds a registration lasts.
  private static var lifetime: Int64 { 30_000 }

  package func database() async throws(StoreError) -> DatabaseIdentity {
    try await transaction { (state, _) in state.database }
  }

  package func register(_ node: NodeRecord) async throws(StoreError) -> [RegisteredNode] {
    try await transaction { (state, now) in
      let own = state.lasting(Self.lifetime, at: now).first { $0.node.record.name == node.name }
      let conflicts = state.lasting(Self.lifetime, at: now).filter { other in
        other.node.record.name != node.name
          && (other.node.record.redisPrefix != node.redisPrefix
            || other.node.record.redisIdentity.map { there in node.redisIdentity.map { $0 != there } ?? false }
              ?? false)
      }
      if var own {
        own.node.seenAt = now.milliseconds * 1000
        own.node.record.redisIdentity = node.redisIdentity ?? own.node.record.redisIdentity
        state.nodes[node.name] = own
        return conflicts.filter { $0.registration < own.registration }.map(\.node)
      }
      guard conflicts.isEmpty else { return conflicts.map(\.node) }
      state.registrations += 1
      state.nodes[node.name] = PostgresState.Node(
        registration: state.registrations,
        node: RegisteredNode(record: node, startedAt: now, seenAt: now.milliseconds * 1000))
      return []
    }
  }

  package func withdraw(_ name: String) async throws(StoreError) {
    try await transaction { (state, _) in state.nodes[name] = nil }
  }

  package func nodes() async throws(StoreError) -> [RegisteredNode] {
    try await transaction { (state, now) in state.lasting(Self.lifetime, at: now).map(\.node) }
  }
}

extension PostgresState {
  /// The nodes whose registration lasts, first come first.
  func lasting(_ milliseconds: Int64, at now: Timestamp) -> [Node] {
    nodes.values.filter { $0.node.seenAt > (now.milliseconds - milliseconds) * 1000 }
      .sorted { $0.registration < $1.registration }
  }
}
