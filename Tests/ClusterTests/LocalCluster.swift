import LocalServers
import Logging
import TocsinApp
import TocsinClient

/// Whole nodes in this process, on servers of their own.
struct LocalCluster: Sendable {
  let nodes: [Node]
  /// A client of each node.
  let clients: [TocsinClient]
  let redis: LocalRedis
  let postgres: LocalPostgres

  /// The live events of one node.
  func stream(_ number: Int) -> EventStream {
    EventStream(servers: clients[number].servers)
  }

  /// Starts servers and nodes, runs a test on them, and stops them gracefully.
  static func run(nodes count: Int, _ body: @Sendable (LocalCluster) async throws -> Void) async throws {
    let redis = try LocalRedis.start()
    defer { redis.stop() }
    let postgres = try LocalPostgres.start(settings: ["fsync": "off"])
    defer { postgres.stop() }
    try await Migrations.apply(databaseURL: postgres.url, folder: migrations)
    var logger = Logger(label: "cluster")
    logger.logLevel = .error
    let nodes = try await make(count, redis: redis.url, postgres: postgres.url, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for node in nodes { group.addTask { try await node.run(stopOnSignals: false) } }
      for node in nodes { await node.waitUntilReady() }
      let clients = try nodes.map { try TocsinClient(urls: ["http://127.0.0.1:\($0.port ?? 0)"]) }
      let result: Result<Void, any Error>
      do {
        try await body(LocalCluster(nodes: nodes, clients: clients, redis: redis, postgres: postgres))
        result = .success(())
      } catch {
        result = .failure(error)
      }
      for client in clients { await client.shutdown() }
      group.cancelAll()
      try result.get()
    }
  }

  private static func make(_ count: Int, redis: String, postgres: String, logger: Logger) async throws -> [Node] {
    var nodes: [Node] = []
    for number in 1...count {
      let sources = SettingSources(
        flags: [
          "port": "0", "redis.url": redis, "database.url": postgres, "migrations": migrations,
          "node.name": "node-\(number)", "drain.seconds": "0",
        ], environment: [:], file: nil)
      nodes.append(try Node(configuration: try NodeConfiguration(sources), logger: logger))
    }
    return nodes
  }

  private static var migrations: String {
    let folders = #filePath.split(separator: "/").dropLast(3)
    return "/" + folders.joined(separator: "/") + "/migrations"
  }
}
