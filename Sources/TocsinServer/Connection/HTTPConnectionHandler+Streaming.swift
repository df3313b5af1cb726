import NIOCore
import NIOHTTP1

/// Answers whose body is made while it is sent.
extension HTTPConnectionHandler {
  /// Writes the head, and lets the body be made.
  func begin(_ streamed: StreamedAnswer, of call: Call) -> HTTPConnectionStateMachine.Action {
    guard let context else { return .none }
    streamLength = sequence.streamBegan()
    var head = streamed.head
    if let origin { head.allow(origin: origin) }
    write(head.encoded(sequence.persistence, date: second.date, id: call.id, length: streamLength))
    if call.method == .HEAD { return end(head, of: call) }
    let loop = context.eventLoop
    let writer = BodyWriter(self, loop)
    loop.makeFutureWithTask { try await streamed.produce(writer) }.assumeIsolated().whenComplete { result in
      guard self.context != nil else { return }
      switch result {
      case .success:
        if self.streamLength == .chunked { self.write(ByteBuffer(staticString: "0\r\n\r\n")) }
        self.perform(self.end(head, of: call))
      case .failure(let error):
        self.shared.log.failed(head, call, error)
        self.perform(.reset)
      }
      self.settle()
    }
    return .none
  }

  private func end(_ head: HTTPAnswer, of call: Call) -> HTTPConnectionStateMachine.Action {
    shared.log.record(head, method: call.method, since: call.start, id: call.id)
    return sequence.answered(isTaken: handlerPipeline?.channel.isWritable ?? true)
  }

  /// Writes a piece of the body.
  /// - Returns: when the client has taken most of what was written
  func send(_ piece: ByteBuffer) -> EventLoopFuture<Void> {
    guard let context else { return loop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
    guard piece.readableBytes > 0 else { return loop.makeSucceededVoidFuture() }
    if streamLength == .chunked {
      write(ByteBuffer(string: String(piece.readableBytes, radix: 16) + "\r\n"))
      write(piece)
      write(ByteBuffer(staticString: "\r\n"))
    } else {
      write(piece)
    }
    flush()
    sequence.streamed(isTaken: context.channel.isWritable)
    settle()
    if !sequence.isStreamBlocked { return loop.makeSucceededVoidFuture() }
    let taken = loop.makePromise(of: Void.self)
    unsentPiece = taken
    return taken.futureResult
  }

  /// The client has taken most of what was written.
  func pieceTaken() {
    sequence.streamTaken()
    unsentPiece?.succeed()
    unsentPiece = nil
  }
}
