package import PostgresClient
package import TocsinCore

/// The table `nodes`.
package struct PostgresNodeRegistry: NodeRegistry {
  private let pool: PostgresPool
  private let lifetime: PostgresValue

  /// A registry on a pool to the primary server.
  /// - Parameter lifetimeMilliseconds: how long a registration lasts after it was renewed; the same on all nodes
  package init(pool: PostgresPool, lifetimeMilliseconds: Int64 = 30_000) {
    self.pool = pool
    lifetime = .int8(lifetimeMilliseconds)
  }

  package func database() async throws(StoreError) -> DatabaseIdentity {
    let rows = try await pool.rows(Statements.nodeDatabase) { (try $0.text(0), try $0.text(1)) }
    guard let (id, description) = rows.first else {
      throw StoreError.unreadable("installation: its row cluster.id is missing")
    }
    // Without the right to ask, or on a server that is none of PostgreSQL's own: the other numbers have to do.
    var system: String?
    do throws(StoreError) {
      system = try await pool.rows(Statements.nodeSystem) { try $0.text(0) }.first
    } catch {
      guard error.code == .denied || error.code == .failed else { throw error }
    }
    let numbers = [id, system].compactMap(\.self)
    return DatabaseIdentity(id: numbers.joined(separator: "."), description: description)
  }

  package func register(_ node: NodeRecord) async throws(StoreError) -> [RegisteredNode] {
    let names: [PostgresValue] = [
      .text(node.name), .text(node.redisPrefix), node.redisIdentity.map { .text($0) } ?? .null,
    ]
    let renewed = try await pool.rows(Statements.nodeRenew, names + [lifetime]) { row in
      row.isNull(0) ? nil : try RegisteredNode(row)
    }
    if !renewed.isEmpty { return renewed.compactMap(\.self) }
    return try await pool.inTransaction { connection in
      _ = try await connection.execute(Statements.nodeLock, [])
      let found = try await connection.execute(Statements.nodeConflicts, names + [lifetime])
      let conflicts = try found.rows.map { try RegisteredNode($0) }
      guard conflicts.isEmpty else { return conflicts }
      _ = try await connection.execute(
        Statements.nodeRegister, names + [.text(node.redisServer), .text(node.version)])
      return []
    }
  }

  package func withdraw(_ name: String) async throws(StoreError) {
    _ = try await pool.run(Statements.nodeWithdraw, [.text(name)])
  }

  package func nodes() async throws(StoreError) -> [RegisteredNode] {
    try await pool.rows(Statements.nodeAll, [lifetime]) { try RegisteredNode($0) }
  }
}

extension RegisteredNode {
  /// The node of a row.
  fileprivate init(_ row: PostgresRow) throws {
    self.init(
      record: NodeRecord(
        name: try row.text(0), redisPrefix: try row.text(1), redisServer: try row.text(2),
        redisIdentity: try row.optionalText(3), version: try row.text(4)),
      startedAt: Timestamp(microseconds: try row.timestamptz(5)), seenAt: try row.timestamptz(6))
  }
}
