import NIOCore
import NIOHTTP1

/// Answers requests as the script says.
final class AnswerHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let script: FakeServer.Script
  private let recorder: Recorder
  private var head: HTTPRequestHead?
  private var body = ""

  init(script: FakeServer.Script, recorder: Recorder) {
    self.script = script
    self.recorder = recorder
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = ""
    case .body(let part): body += String(buffer: part)
    case .end:
      guard let head else { return }
      reply(script.answer(recorder.record(head, body: body)), context: context)
    }
  }

  private func reply(_ reply: FakeServer.Reply, context: ChannelHandlerContext) {
    switch reply {
    case .answer(let status, let body, let type, let more):
      var headers: HTTPHeaders = ["content-type": type, "content-length": String(body.utf8.count)]
      for (name, value) in more { headers.add(name: name, value: value) }
      write(status, headers, [body], context: context)
      if more["connection"] == "close" { context.close(promise: nil) }
    case .chunks(let status, let chunks):
      write(status, ["content-type": "application/json", "transfer-encoding": "chunked"], chunks, context: context)
    case .drop: context.close(promise: nil)
    case .silence: break
    }
  }

  private func write(_ status: Int, _ headers: HTTPHeaders, _ parts: [String], context: ChannelHandlerContext) {
    let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    for part in parts { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: part)))), promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}
