import NIOCore
import NIOHTTP1
import NIOWebSocket

extension ConnectionHandler {
  /// Answers a WebSocket handshake (RFC 6455, 4.2) and gives the channel away.
  func upgrade(
    _ request: RequestSequence.Request, since start: NIODeadline, _ context: ChannelHandlerContext
  ) -> RequestSequence.Action {
    if let problem = handshakeProblem(request.head) {
      var answer = problem.answer(instance: "/ws/alerts")
      answer.route = "/ws/alerts"
      return complete(answer, to: .GET, since: start)
    }
    let channel = context.channel
    let loop = context.eventLoop
    NIOWebSocketServerUpgrader(
      shouldUpgrade: { _, _ in loop.makeSucceededFuture(HTTPHeaders()) },
      upgradePipelineHandler: { _, _ in loop.makeSucceededVoidFuture() }
    ).buildUpgradeResponse(channel: channel, upgradeRequest: request.head, initialResponseHeaders: HTTPHeaders())
      .assumeIsolated().whenComplete { result in
        switch result {
        case .success(let headers): self.giveAway(request.head, headers, since: start)
        case .failure: self.perform(.close)
        }
      }
    return .none
  }

  private func handshakeProblem(_ head: HTTPRequestHead) -> Problem? {
    if shared.server.refusesSockets {
      return Problem(503, "the node takes no streams at the moment; connect again", retryAfterSeconds: 1)
    }
    if head.headers[canonicalForm: "sec-websocket-version"] != ["13"] {
      var problem = Problem(426, "only version 13 of the WebSocket protocol is spoken here")
      problem.headers = [("sec-websocket-version", "13"), ("upgrade", "websocket"), ("connection", "upgrade")]
      return problem
    }
    let keys = head.headers["sec-websocket-key"]
    guard keys.count == 1, keys[0].isWebSocketKey else {
      return Problem(400, "Sec-WebSocket-Key must be 16 bytes in base64")
    }
    do throws(Problem) { _ = try Actor(head.headers) } catch { return error }
    return ConnectionQuery.problem(in: head.uri)
  }

  private func giveAway(_ head: HTTPRequestHead, _ fields: HTTPHeaders, since start: NIODeadline) {
    guard let pipeline = handlerPipeline else { return }
    var answer = Answer(
      status: 101, contentType: nil, headers: fields.map { ($0.name.lowercased(), $0.value) }, body: ByteBuffer())
    answer.route = "/ws/alerts"
    shared.log.record(answer, method: .GET, since: start)
    write(answer.encodedUpgrade())
    flush()
    let (channel, server) = (pipeline.channel, shared.server)
    let decoder = try? pipeline.operations.context(handlerType: Decoder.self)
    // Leaves at once; from here on the channel is not this handler's.
    pipeline.operations.removeHandler(self, promise: nil)
    server.adopt(channel, head: head).assumeIsolated().whenComplete { result in
      switch result {
      case .success:
        guard let decoder else { return }
        // It passes on what it held, and does not say that this was all.
        let isGone = channel.eventLoop.makePromise(of: Void.self)
        isGone.futureResult.assumeIsolated().whenComplete { _ in pipeline.operations.fireChannelReadComplete() }
        pipeline.operations.removeHandler(context: decoder, promise: isGone)
      case .failure: channel.close(promise: nil)
      }
    }
  }
}

extension Answer {
  /// The bytes of a 101, which has neither a length nor a body.
  fileprivate func encodedUpgrade() -> ByteBuffer {
    var text = "HTTP/1.1 101 Switching Protocols\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    return ByteBuffer(string: text + "\r\n")
  }
}

extension String {
  /// Whether this is the base64 text of 16 bytes: 22 digits and `==`.
  fileprivate var isWebSocketKey: Bool {
    let bytes = Array(utf8)
    guard bytes.count == 24, bytes[22] == UInt8(ascii: "="), bytes[23] == UInt8(ascii: "=") else { return false }
    return bytes[..<22].allSatisfy {
      switch $0 {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
        true
      default: false
      }
    }
  }
}
