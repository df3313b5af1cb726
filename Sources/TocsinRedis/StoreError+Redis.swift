import RedisClient
import TocsinCore

extension StoreError {
  /// What a failure of the client means to a caller of a port.
  init(_ error: RedisError) {
    self.init(Self.code(of: error), backend: "redis", message: error.description)
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
    // The server cannot take writes, or not now: out of memory, unable to persist, too few replicas, a script that
    // does not end, a replica.
    case "OOM", "MISCONF", "NOREPLICAS", "BUSY", "READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN":
      .unavailable
    default: .failed
    }
  }
}
