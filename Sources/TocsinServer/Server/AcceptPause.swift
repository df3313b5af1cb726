import Logging
import NIOCore

/// Stops accepting for a second where the system has no descriptor or no memory for another connection.
///
/// NIO's own handler for that only holds back reads: the socket stays registered with the event loop, which would run in
/// circles for as long as the shortage lasts. Stands first in the pipeline of the server's socket.
final class AcceptPause: ChannelInboundHandler {
  typealias InboundIn = any Channel

  private static let length = TimeAmount.seconds(1)

  private let logger: Logger
  private var isPaused = false
  private var isTold = false

  init(logger: Logger) {
    self.logger = logger
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isTold { logger.info("connections can be accepted again") }
    isTold = false
    context.fireChannelRead(data)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.fireErrorCaught(error)
    guard !isPaused else { return }
    isPaused = true
    if !isTold { logger.warning("connections cannot be accepted for now", metadata: ["error": "\(error)"]) }
    isTold = true
    set(isAccepting: false, context.channel)
    let channel = context.channel
    context.eventLoop.assumeIsolated().scheduleTask(in: AcceptPause.length) {
      self.isPaused = false
      self.set(isAccepting: true, channel)
    }
  }

  /// Without automatic reads the socket is not registered for any.
  private func set(isAccepting: Bool, _ channel: any Channel) {
    // Fails where the socket is closed: then nothing is accepted in any case.
    try? channel.syncOptions?.setOption(.autoRead, value: isAccepting)
  }
}
