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
    leaveStream()
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
      switch carryOut(subscriptions.subscribing(filter, updates: updates)) {
      case .done, .unknown: send(ServerMessage.subscribed(echo))
      case .tooMany: send(ServerMessage.error(ClientError.tooManySubscriptions))
      }
    case .unsubscribe(let filter, let updates, let echo):
      // One that names updates alone ends these alone.
      let endsUpdates = filter.isOpen && updates != nil
      let decision =
        endsUpdates ? subscriptions.subscribing(filter, updates: false) : subscriptions.unsubscribing(filter)
      switch carryOut(decision) {
      case .done, .tooMany: send(ServerMessage.unsubscribed(echo))
      case .unknown: send(ServerMessage.error(ClientError.notSubscribed))
      }
    case .resume(let place): resume(after: place)
    case .apply(let action, let id, let user): apply(action, to: id, by: user)
    }
  }

  /// Changes what the client gets from now on; what it lacks is sent by what held before.
  private func carryOut(_ decision: Subscriptions.Decision) -> Subscriptions.Outcome {
    guard case .change(let change) = decision else {
      if case .unchanged(let outcome) = decision { return outcome }
      return .done
    }
    catchUpCompletely()
    if let place = replay?.position(in: hub.tail) ?? hub.tail.newest,
      record?.split(at: place, subscriptions: subscriptions) == true
    {
      // The record keeps what held before, so the change copies it.
      session.spend(MessageBudget.copyCost(of: subscriptions), now: hub.loop.now)
    }
    make(change)
    return .done
  }

  private func make(_ change: Subscriptions.Change) {
    guard let audience else {
      subscriptions.apply(change)
      return
    }
    if audience.isPrivate {
      hub.change(self, audience) { subscriptions.apply(change) }
      // Far enough below the limit that going back and forth costs more messages than it is worth.
      guard subscriptions.campaignCount <= Audience.sharedCampaigns / 2 else { return }
    }
    self.audience = nil
    hub.leave(self, audience)
    if !audience.isPrivate { subscriptions.apply(change) }
    goLive()
  }

  private func apply(_ action: AlertAction, to id: AlertID, by user: String?) {
    let bound = NIOLoopBound(self, eventLoop: hub.loop)
    hub.backend.apply(action, to: id, by: actor.ofAlerts(named: user), tenant: tenant) { result in
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
