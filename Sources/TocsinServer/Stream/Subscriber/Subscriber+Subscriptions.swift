import NIOCore
import TocsinCore

extension Subscriber {
  /// Changes what the client gets from now on; what it lacks is sent by what held before.
  func carryOut(_ decision: Subscriptions.Decision) -> Subscriptions.Outcome {
    guard case .change(let change) = decision else {
      if case .unchanged(let outcome) = decision { return outcome }
      return .done
    }
    catchUpCompletely()
    if let place = replay?.position(in: hub.tail) ?? hub.tail.newest,
      record?.split(at: place, subscriptions: subscriptions) == true
    {
      // The record keeps what held before, so the change copies it.
      transport?.spend(MessageBudget.copyCost(of: subscriptions))
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
}
