import NIOCore
import ServiceLifecycle
import TocsinServer

/// A service whose tasks run on an event loop.
struct LoopService: Service {
  let service: any Service
  let loop: any EventLoop

  func run() async throws {
    try await withTaskExecutorPreference(LoopTaskExecutor(loop)) { try await service.run() }
  }
}
