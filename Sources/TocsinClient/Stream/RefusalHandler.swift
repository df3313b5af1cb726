import NIOCore
import NIOHTTP1

/// Collects the answer of a server that did not upgrade, then closes the connection.
final class RefusalHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  struct Answer: Sendable {
    var status: Int
    var body: [UInt8]
  }

  private static let limit = 64 * 1024
  private let promise: EventLoopPromise<Answer>
  private var collected = Answer(status: 0, body: [])

  init(promise: EventLoopPromise<Answer>) {
    self.promise = promise
  }

  var answer: EventLoopFuture<Answer> { promise.futureResult }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): collected.status = Int(head.status.code)
    case .body(let part): if collected.body.count < Self.limit { collected.body += Array(buffer: part) }
    case .end:
      promise.succeed(collected)
      context.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if collected.status == 0 { promise.fail(ChannelError.eof) } else { promise.succeed(collected) }
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise.fail(error)
    context.close(promise: nil)
  }
}
