import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Sets up accepted connections for Hummingbird's server: a decoder and ``HTTPConnectionHandler``, nothing else.
struct ConnectionChannel: ServerChildChannel {
  /// A connection, and when it has ceased to be an HTTP one.
  struct Connection: ServerChildChannelValue {
    let channel: any Channel
    let ended: EventLoopFuture<Void>
  }

  let shared: HTTPConnectionHandler.Shared

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
    channel.eventLoop.makeCompletedFuture {
      let ended = channel.eventLoop.makePromise(of: Void.self)
      try ConnectionChannel.addHandlers(to: channel, shared) { ended.succeed() }
      return Connection(channel: channel, ended: ended.futureResult)
    }
  }

  /// Makes a channel an HTTP connection.
  static func addHandlers(
    to channel: any Channel, _ shared: HTTPConnectionHandler.Shared, onEnd: @escaping () -> Void
  ) throws {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = shared.configuration.headerLimit
    limits.maxHeaderListSize = shared.configuration.headerLimit
    limits.maxHeaderFieldCount = shared.configuration.headerCountLimit
    let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits)
    try channel.pipeline.syncOperations.addHandler(HTTPConnectionHandler.Decoder(decoder))
    try channel.pipeline.syncOperations.addHandler(HTTPConnectionHandler(shared, loop: channel.eventLoop, onEnd: onEnd))
  }

  /// Lasts as long as the connection speaks HTTP, so that a server that stops waits for requests under way; a
  /// WebSocket is the hub's from its handshake on.
  func handle(value connection: Connection, logger: Logger) async {
    await withTaskCancellationHandler {
      try? await connection.ended.get()
    } onCancel: {
      connection.channel.close(promise: nil)
    }
  }
}
