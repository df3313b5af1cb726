import NIOCore
import TocsinCore
import TocsinEngine

extension SessionHandler {
  /// Performs what the session decided.
  func perform(_ action: Session.Action) {
    switch action {
    case .nothing: return
    case .pong(let payload): pinged(payload)
    case .ping: send(OutgoingFrame.ping)
    case .perform(let message): perform(message)
    case .refuse(let error): send(ServerMessage.error(error))
    case .close(let reason): closeStream(OutgoingFrame.close(code: reason.code, reason: reason.text), reason)
    case .confirmClose(let code): closeStream(OutgoingFrame.close(code: code), .clientClosed)
    case .disconnect: context?.close(promise: nil)
    }
  }

  private func closeStream(_ frame: ByteBuffer, _ reason: CloseReason) {
    subscriber.leaveStream()
    guard let context else { return }
    answerPing()
    let written = context.eventLoop.makePromise(of: Void.self)
    context.writeAndFlush(wrapOutboundOut(frame), promise: written)
    switch reason {
    case .clientClosed:
      written.futureResult.assumeIsolated().whenComplete { _ in self.context?.close(promise: nil) }
    case _ where reason.isViolation:
      // What the client sends is no longer understood, so its close frame may never be seen: end the stream instead.
      written.futureResult.assumeIsolated().whenComplete { _ in self.context?.close(mode: .output, promise: nil) }
    default: break
    }
  }

  private func perform(_ message: ClientMessage) {
    switch message {
    case .ping: send(ServerMessage.pong)
    case .subscribe(let filter, let updates, let echo):
      switch subscriber.carryOut(subscriber.subscriptions.subscribing(filter, updates: updates)) {
      case .done, .unknown: send(ServerMessage.subscribed(echo))
      case .tooMany: send(ServerMessage.error(ClientError.tooManySubscriptions))
      }
    case .unsubscribe(let filter, let updates, let echo):
      // One that names updates alone ends these alone.
      let endsUpdates = filter.isOpen && updates != nil
      let decision =
        endsUpdates
        ? subscriber.subscriptions.subscribing(filter, updates: false) : subscriber.subscriptions.unsubscribing(filter)
      switch subscriber.carryOut(decision) {
      case .done, .tooMany: send(ServerMessage.unsubscribed(echo))
      case .unknown: send(ServerMessage.error(ClientError.notSubscribed))
      }
    case .resume(let place): subscriber.resume(after: place)
    case .apply(let action, let id, let user): apply(action, to: id, by: user)
    }
  }

  private func apply(_ action: AlertAction, to id: AlertID, by user: String?) {
    let bound = NIOLoopBound(self, eventLoop: hub.loop)
    hub.backend.apply(action, to: id, by: actor.ofAlerts(named: user), tenant: subscriber.tenant) { result in
      bound.eventLoop.execute { bound.value.applied(action, to: id, result) }
    }
  }

  private func applied(_ action: AlertAction, to id: AlertID, _ result: Result<AlertActionOutcome, EngineError>) {
    session.answered()
    switch result {
    case .success(let outcome): send(ServerMessage.applied(action, outcome))
    case .failure(let error): send(ServerMessage.error(ClientError(error, alertID: id)))
    }
  }
}
