import Logging
import NIOCore
import ServiceLifecycle
import TocsinEngine
import TocsinServer

/// The first service to be shut down: says that the node is not ready any more, and sends its WebSocket clients
/// elsewhere, spread over the drain time, while requests are still served.
///
/// Where clients are connected, or requests come, it takes the whole drain time: a load balancer learns from `/readyz`
/// that the node goes, and may need a few of its probes for that. A node that nobody uses ends at once.
struct DrainService: Service {
  let hub: StreamHub
  let server: HTTPServer
  let health: HealthMonitor
  let duration: Duration
  let logger: Logger

  func run() async throws {
    try? await gracefulShutdown()
    guard !Task.isCancelled else { return }
    health.beginDraining()
    logger.info("draining", metadata: ["seconds": .stringConvertible(duration.components.seconds)])
    let end = ContinuousClock.now + duration
    await hub.drain(over: .seconds(duration.components.seconds))
    while ContinuousClock.now < end, !server.isDeserted {
      do {
        try await Task.sleep(until: min(end, .now + .milliseconds(100)), clock: .continuous)
      } catch {
        return
      }
    }
  }
}

/// Carries out what WebSocket clients ask for.
struct HubService: Service {
  let hub: StreamHub

  func run() async throws {
    await hub.run()
    // Draining has ended it already; its turn in the order of shutdown comes later.
    try? await gracefulShutdown()
  }
}
