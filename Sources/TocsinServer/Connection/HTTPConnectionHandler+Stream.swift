import NIOCore
import NIOHTTP1
import NIOWebSocket

extension HTTPConnectionHandler {
  /// Opens a stream of alerts: answers, and gives the channel away.
  func begin(
    _ transport: StreamRequest.Transport, _ request: Request, _ call: Call, _ context: ChannelHandlerContext
  ) -> HTTPConnectionStateMachine.Action {
    if let problem = problem(transport, request) {
      var answer = problem.answer(to: request)
      answer.route = request.path
      return complete(answer, of: call)
    }
    let stream = StreamRequest(head: request.head, principal: request.principal, transport: transport)
    switch transport {
    case .serverSentEvents:
      var head = EventStreamHead.answer
      if let origin { head.allow(origin: origin) }
      giveAway(stream, head.encoded(.closing, date: second.date, id: call.id, length: .untilClose), head, call)
    case .webSocket: upgrade(stream, call, context)
    }
    return .none
  }

  private func problem(_ transport: StreamRequest.Transport, _ request: Request) -> Problem? {
    // An EventSource gives up for good on any answer but a stream: such a client is let in, and told to come back.
    if transport == .webSocket, shared.responder.refusesStreams {
      return Problem(503, "the node takes no streams at the moment; connect again", retryAfterSeconds: 1)
    }
    if transport == .webSocket, let problem = Problem(handshake: request.head) { return problem }
    do throws(Problem) { _ = try Actor(request.principal, request.head.headers) } catch { return error }
    if let problem = ConnectionQuery.problem(in: request.head.uri) { return problem }
    // A WebSocket client is told on the connection, and can mend it there.
    guard transport == .serverSentEvents, let error = ConnectionQuery(target: request.head.uri).error else {
      return nil
    }
    return Problem(422, error.message)
  }

  /// Answers a WebSocket handshake (RFC 6455, 4.2).
  private func upgrade(_ stream: StreamRequest, _ call: Call, _ context: ChannelHandlerContext) {
    let loop = context.eventLoop
    NIOWebSocketServerUpgrader(
      shouldUpgrade: { _, _ in loop.makeSucceededFuture(HTTPHeaders()) },
      upgradePipelineHandler: { _, _ in loop.makeSucceededVoidFuture() }
    ).buildUpgradeResponse(
      channel: context.channel, upgradeRequest: stream.head, initialResponseHeaders: HTTPHeaders()
    ).assumeIsolated().whenComplete { result in
      switch result {
      case .success(let fields):
        let head = HTTPAnswer(
          status: 101, contentType: nil, headers: fields.map { ($0.name.lowercased(), $0.value) }, body: ByteBuffer())
        self.giveAway(stream, head.encodedUpgrade(id: call.id), head, call)
      case .failure: self.perform(.close)
      }
    }
  }

  private func giveAway(_ stream: StreamRequest, _ bytes: ByteBuffer, _ head: HTTPAnswer, _ call: Call) {
    guard let pipeline = handlerPipeline else { return }
    var head = head
    head.route = stream.transport == .webSocket ? "/ws/alerts" : "/api/alerts/stream"
    shared.log.record(head, method: .GET, since: call.start, id: call.id)
    write(bytes)
    flush()
    let (channel, responder) = (pipeline.channel, shared.responder)
    let decoder = try? pipeline.operations.context(handlerType: Decoder.self)
    // Leaves at once; from here on the channel is not this handler's.
    pipeline.operations.removeHandler(self, promise: nil)
    responder.adopt(channel, stream).assumeIsolated().whenComplete { result in
      switch result {
      case .success:
        if let decoder { pipeline.operations.removeHandler(context: decoder, promise: nil) }
      case .failure: channel.close(promise: nil)
      }
    }
  }
}

extension HTTPAnswer {
  /// The bytes of a 101, which has neither a length nor a body.
  fileprivate func encodedUpgrade(id: RequestID) -> ByteBuffer {
    var text = "HTTP/1.1 101 Switching Protocols\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    return ByteBuffer(string: text + "\(RequestID.header): \(id)\r\n\r\n")
  }
}

extension Problem {
  /// Why a WebSocket handshake is none, or nil.
  fileprivate init?(handshake head: HTTPRequestHead) {
    if head.headers[canonicalForm: "sec-websocket-version"] != ["13"] {
      self.init(426, "only version 13 of the WebSocket protocol is spoken here")
      headers = [("sec-websocket-version", "13"), ("upgrade", "websocket"), ("connection", "upgrade")]
      return
    }
    let keys = head.headers["sec-websocket-key"]
    if keys.count == 1, keys[0].isWebSocketKey { return nil }
    self.init(400, "Sec-WebSocket-Key must be 16 bytes in base64")
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
