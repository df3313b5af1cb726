import Logging
import ServiceLifecycle
import TocsinPostgres

/// Makes the partitions of the coming weeks, at the start and every hour.
struct PartitionService: QuietService {
  let store: PostgresAlertStore
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        var pause = Duration.seconds(3600)
        do {
          try await store.ensurePartitions()
        } catch {
          logger.warning("partitions could not be made yet", metadata: ["error": "\(error)"])
          pause = .seconds(60) * Double.random(in: 0.5...1.5)
        }
        try? await Task.sleep(for: pause)
      }
    }
  }
}
