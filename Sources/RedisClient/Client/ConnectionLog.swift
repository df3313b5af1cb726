import Logging
import Synchronization

/// Tells an operator once that a server is away, not at each attempt to reach it.
final class ConnectionLog: Sendable {
  private let logger: Logger
  private let server: String
  private let saidAway = Atomic<Bool>(false)

  init(logger: Logger, server: String) {
    self.logger = logger
    self.server = server
  }

  func changed(_ state: RedisConnectionState) {
    switch state {
    case .connected(let runID):
      saidAway.store(false, ordering: .relaxed)
      logger.info("connected to Redis", metadata: ["server": "\(server)", "run_id": "\(runID)"])
    case .disconnected(let error) where error.code == .shutdown:
      logger.debug("closed the connection to Redis", metadata: ["server": "\(server)"])
    case .refused(let error): failed(error)
    case .disconnected(let error):
      say("lost the connection to Redis", error)
    }
  }

  func failed(_ error: RedisError) {
    guard error.code != .shutdown else { return }
    say("cannot connect to Redis", error)
  }

  private func say(_ message: Logger.Message, _ error: RedisError) {
    let isNew = !saidAway.exchange(true, ordering: .relaxed)
    logger.log(
      level: isNew ? .warning : .debug, message,
      metadata: ["server": "\(server)", "error": "\(error.code): \(error.message)"])
  }
}
