/// What a server that can be reached lacks, so that it does not do all that it should. The raw value is the name by
/// which `/readyz` and the metrics call it.
package enum Shortage: String, Sendable, Hashable, CaseIterable {
  /// Redis has reached `maxmemory`, and evicts nothing.
  case redisMemory = "redis_memory"
  /// Redis cannot write its data to disk, and takes no writes therefore.
  case redisDisk = "redis_disk"
  /// Redis has fewer replicas than it must have to take writes.
  case redisReplicas = "redis_replicas"
  /// A key of Tocsin's holds something else.
  case redisKeys = "redis_keys"
  /// Redis' user lacks a right.
  case redisRights = "redis_rights"
  /// PostgreSQL's disk is full (SQLSTATE 53100).
  case postgresDisk = "postgresql_disk"
  /// PostgreSQL has no memory left (SQLSTATE 53200).
  case postgresMemory = "postgresql_memory"
  /// PostgreSQL takes no more connections (SQLSTATE 53300).
  case postgresConnections = "postgresql_connections"
  /// PostgreSQL takes no writes (SQLSTATE 25006).
  case postgresReadOnly = "postgresql_read_only"

  /// Which server: `redis` or `postgresql`.
  package var backend: String {
    switch self {
    case .redisMemory, .redisDisk, .redisReplicas, .redisKeys, .redisRights: "redis"
    case .postgresDisk, .postgresMemory, .postgresConnections, .postgresReadOnly: "postgresql"
    }
  }

  /// A clause for people, without a full stop: `redis has reached its memory limit`.
  package var description: String {
    switch self {
    case .redisMemory: "redis has reached its memory limit"
    case .redisDisk: "redis cannot write to its disk"
    case .redisReplicas: "redis has too few replicas"
    case .redisKeys: "a key in redis holds something else"
    case .redisRights: "the redis user lacks a right"
    case .postgresDisk: "the disk of postgresql is full"
    case .postgresMemory: "postgresql has no memory left"
    case .postgresConnections: "postgresql takes no more connections"
    case .postgresReadOnly: "postgresql takes no writes"
    }
  }
}
