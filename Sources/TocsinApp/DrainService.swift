import Logging
import NIOCore
import ServiceLifecycle
import TocsinEngine
import TocsinServer

/// The first service to be shut down: says that the node is not ready any more, and sends its WebSocket clients
/// elsewhere, spread over the drain time, while requests are still served.
struct DrainService: Service {
  let hub: WebSocketHub
  let health: HealthMonitor
  let duration: Duration
  let logger: Logger

  func run() async throws {
    try? await gracefulShutdown()
    guard !Task.isCancelled else { return }
    health.beginDraining()
    logger.info("draining", metadata: ["seconds": "\(duration.components.seconds)"])
    let end = ContinuousClock.now + duration
    await hub.drain(over: .seconds(duration.components.seconds))
    // Load balancers need the time to notice, even if no WebSocket client does.
    try? await Task.sleep(until: end, clock: .continuous)
  }
}

/// Carries out what WebSocket clients ask for.
struct HubService: Service {
  let hub: WebSocketHub

  func run() async throws {
    await hub.run()
    // Draining has ended it already; its turn in the order of shutdown comes later.
    try? await gracefulShutdown()
  }
}
