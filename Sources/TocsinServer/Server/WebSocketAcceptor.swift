package import NIOCore
package import NIOHTTP1

/// Takes over connections whose WebSocket handshake has been answered: the hub.
package protocol WebSocketAcceptor: Sendable {
  /// Whether handshakes are answered with anything but 503 at the moment.
  var isAccepting: Bool { get }

  /// Called on the channel's event loop. There is no HTTP handler in the pipeline any more but the decoder, which holds
  /// back what arrives; it is removed when the future succeeds, and passes on what it held. If the future fails, the
  /// channel is closed.
  /// - Parameter head: the handshake
  func adopt(channel: any Channel, head: HTTPRequestHead) -> EventLoopFuture<Void>
}
