import Logging
import NIOCore
import PostgresClient
import RedisClient
import TocsinCore
import TocsinPostgres
import TocsinRedis

/// Lets a node start only beside nodes that agree with it about the cluster. Uses connections of its own, which end when
/// it is done. While PostgreSQL or Redis is away the node starts nevertheless, and finds out later.
struct ClusterGuard: Sendable {
  let configuration: NodeConfiguration
  let membership: ClusterMembership
  let group: any EventLoopGroup
  let logger: Logger
  /// How long to wait between two looks.
  var pause: Duration = .seconds(1)

  /// - Throws: ``NodeFailure`` that names both values and says what to do
  func check() async throws {
    // The node's own connections tell of themselves.
    let quiet = Logger(label: "tocsin", factory: { _ in SwiftLogNoOpLogHandler() })
    let pool = PostgresPool(
      configuration: configuration.database, size: 1, acquireTimeout: .seconds(2), logger: quiet)
    let redis = RedisClient(configuration: configuration.redis, eventLoopGroup: group, logger: quiet)
    let backend = RedisBackend(
      client: redis, configuration: RedisBackend.Configuration(prefix: configuration.redisPrefix), logger: quiet)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await pool.run() }
      group.addTask { try await redis.run() }
      defer { group.cancelAll() }
      try await wait(PostgresNodeRegistry(pool: pool), backend)
    }
  }

  private func wait(_ registry: some NodeRegistry, _ sealing: some ClusterSealing) async throws {
    var isFirst = true
    while true {
      switch await membership.renew(registry, sealing) {
      case .agreed: return
      case .refused(let reason): throw NodeFailure("The node cannot join the cluster: \(reason).")
      case .waiting:
        if isFirst {
          logger.info(
            "another node disagrees about the cluster; waiting to see whether it still runs",
            metadata: ["seconds": .stringConvertible(ClusterMembership.lifetime / 1000)])
        }
        isFirst = false
        try await Task.sleep(for: pause)
      }
    }
  }
}
