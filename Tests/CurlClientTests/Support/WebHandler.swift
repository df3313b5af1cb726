import Glibc
import NIOCore
import NIOHTTP1
import Synchronization

/// Answers as the path says.
final class WebHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let server: WebServer
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  /// How many bytes of a large body are still to be written.
  private var left = 0

  init(_ server: WebServer) {
    self.server = server
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
    case .body(let part): body += part.readableBytesView
    case .end:
      guard let head else { return }
      server.record(WebServer.Request(head: head, body: body))
      answer(head, context)
    }
  }

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    // A proxy gets the whole URL.
    let path = head.uri.prefix { $0 != "?" }.split(separator: "/").drop { $0.hasSuffix(":") || $0.contains(".") }
    let number = path.last.flatMap { Int($0) } ?? 0
    switch path.first {
    case "status": status(number, context)
    case "hang": break
    case "gate":
      server.gate.futureResult.hop(to: context.eventLoop).assumeIsolated().whenSuccess { self.status(200, context) }
    case "reset":
      // Nothing lingers: the peer gets RST.
      _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
      context.close(promise: nil)
    case "partial":
      write(.ok, ["content-length": "1000"], context)
      write("0123456789", context)
      context.close(promise: nil)
    case "trickle":
      write(.ok, ["content-length": "1000000"], context)
      trickle(context)
    case "large":
      write(.ok, ["content-length": String(number)], context)
      left = number
      writeMore(context)
    case "headers":
      write(.ok, ["x-long": String(repeating: "x", count: number), "content-length": "0"], context)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    case "trailers":
      write(.ok, ["trailer": "x-late", "x-twice": "one"], context)
      write("body", context)
      context.writeAndFlush(wrapOutboundOut(.end(["x-late": "yes"])), promise: nil)
    default: status(200, context)
    }
  }

  private func status(_ code: Int, _ context: ChannelHandlerContext) {
    let hasBody = code != 204 && code != 304 && head?.method != .HEAD
    var headers = HTTPHeaders()
    if code == 429 { headers.add(name: "Retry-After", value: "7") }
    if code / 100 == 3 { headers.add(name: "Location", value: "/status/200") }
    if hasBody { headers.add(name: "Content-Length", value: "6") }
    write(HTTPResponseStatus(statusCode: code), headers, context)
    if hasBody { write("answer", context) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private func trickle(_ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    write("x", context)
    context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(5)) { self.trickle(context) }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    writeMore(context)
  }

  private func writeMore(_ context: ChannelHandlerContext) {
    while left > 0, context.channel.isActive, context.channel.isWritable {
      let part = min(left, 65536)
      left -= part
      server.bytesWritten.add(part, ordering: .relaxed)
      write(String(repeating: "x", count: part), context)
      if left == 0 { context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
    }
  }

  private func write(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ context: ChannelHandlerContext) {
    let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
  }

  private func write(_ text: String, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
  }
}
