import NIOCore

/// One connection of a measurement: one request at a time.
final class LoadConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let index: Int
  private let worker: LoadWorker
  private var reader = ResponseReader()
  private var context: ChannelHandlerContext?
  private var request: (sequence: UInt64, due: UInt64, sentAt: UInt64)?
  private var lossReason = "connection_lost"

  init(index: Int, worker: LoadWorker) {
    self.index = index
    self.worker = worker
  }

  /// When the request was sent that has no answer yet.
  var sentAt: UInt64? { request?.sentAt }

  func send(_ template: RequestTemplate, sequence: UInt64, due: UInt64) {
    guard let context else { return }
    request = (sequence, due, LoadWorker.now)
    var buffer = context.channel.allocator.buffer(capacity: 512)
    template.write(sequence: sequence, due: due, to: &buffer)
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
  }

  /// Closes the connection; its request counts as failed for that reason.
  func giveUp(_ reason: String) {
    lossReason = reason
    context?.close(promise: nil)
  }

  func close() {
    context?.close(promise: nil)
  }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    worker.connectionOpened(self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    reader.append(unwrapInboundIn(data))
    do {
      while let response = try reader.next() {
        guard let request else { throw ResponseReader.Malformed() }
        self.request = nil
        if response.closes { self.context = nil }
        worker.answered(self, sequence: request.sequence, due: request.due, response: response)
        guard !response.closes else { return context.close(promise: nil) }
      }
    } catch {
      giveUp("malformed_answer")
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    guard self.context != nil else { return }
    self.context = nil
    let busy = request != nil
    request = nil
    worker.connectionLost(self, busy: busy, reason: lossReason)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
