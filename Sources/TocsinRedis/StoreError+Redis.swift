import RedisClient
import TocsinCore

extension StoreError {
  /// What a failure of the client means to a caller of a port.
  init(_ error: RedisError) {
    let shortage = error.code == .serverError ? Self.shortage(ofReply: error.message) : nil
    self.init(Self.code(of: error), backend: "redis", message: error.description, shortage: shortage)
  }

  /// A reply that the server must not give.
  static func unexpected(_ reply: RedisValue) -> StoreError {
    StoreError(.failed, backend: "redis", message: "unexpected reply: \(String(reply.description.prefix(200)))")
  }

  private static func code(of error: RedisError) -> Code {
    switch error.code {
    case .notConnected, .connectionLost, .timeout, .away, .shutdown: .unavailable
    case .serverError: code(ofReply: error.message)
    default: .failed
    }
  }

  private static func code(ofReply message: String) -> Code {
    switch message.prefix(while: { $0 != " " }) {
    case "STALE": .stale
    case "FULL": .full
    // The server cannot take writes now: a script that does not end, a replica.
    case "BUSY", "READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN": .unavailable
    default: shortage(ofReply: message) == nil ? .failed : .unavailable
    }
  }

  /// What the server lacks by its own words; nil where it lacks nothing that is known here.
  private static func shortage(ofReply message: String) -> Shortage? {
    switch message.prefix(while: { $0 != " " }) {
    case "OOM": .redisMemory
    case "MISCONF": .redisDisk
    case "NOREPLICAS": .redisReplicas
    case "FOREIGN", "WRONGTYPE": .redisKeys
    case "NOPERM": .redisRights
    // How Redis 7.0 says it inside a script.
    default: message.contains("The user executing the script can't") ? .redisRights : nil
    }
  }
}
