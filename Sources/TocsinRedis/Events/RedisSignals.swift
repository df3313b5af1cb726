package import Logging
package import NIOCore
package import RedisClient
import ServiceLifecycle
package import TocsinCore

/// Listens to what nodes publish, this one included, and tells it to a handler.
///
/// Between ``ClusterSignal/disconnected`` and ``ClusterSignal/listening(serverRunID:)`` signals are missed. A payload that
/// is damaged or of an unknown version is passed over; events that were in it are a gap that the next ones show.
package struct RedisSignals: Service {
  private let subscriber: RedisSubscriber

  /// A listener that connects once ``run()`` is called.
  /// - Parameters:
  ///   - prefix: as that of the backends
  ///   - pingInterval: after how much silence the server is asked for a sign of life
  ///   - handler: called on one event loop, in the order of the server; must not block
  package init(
    configuration: RedisConfiguration, prefix: String = RedisBackend.Configuration().prefix,
    eventLoopGroup: any EventLoopGroup, logger: Logger, pingInterval: Duration = .seconds(5),
    handler: @escaping @Sendable (ClusterSignal) -> Void
  ) {
    subscriber = RedisSubscriber(
      configuration: configuration, channels: [Keys(prefix: prefix).channel], eventLoopGroup: eventLoopGroup,
      logger: logger, pingInterval: pingInterval
    ) { event in
      switch event {
      case .subscribed(let runID): handler(.listening(serverRunID: runID))
      case .lost: handler(.disconnected)
      case .refused(let error): handler(.refused(RedisRefusal.reason(error, prefix: prefix)))
      case .message(_, let payload):
        if let signal = Signal.decode(payload) {
          handler(signal)
        } else {
          logger.debug("passed over a signal", metadata: ["bytes": .stringConvertible(payload.readableBytes)])
        }
      }
    }
  }

  /// Listens until graceful shutdown or cancellation. Can be called once.
  /// - Throws: `RedisError` when the TLS configuration cannot be used
  package func run() async throws {
    try await subscriber.run()
  }
}
