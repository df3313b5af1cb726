import NIOCore
import TocsinCore

/// How fast a client's messages are read: bursts are fine, afterwards reading pauses so that TCP slows the client
/// down and nothing is lost. A message costs what the node has to do for it.
struct MessageBudget {
  /// How many small messages may come at once.
  static let burst = 1000
  /// How many more each second.
  static let perSecond = 250

  /// What a frame of so many bytes costs: what is done with one is proportional to its size.
  static func cost(ofFrame bytes: Int) -> Int { 1 + bytes / 256 }

  /// What a copy of subscriptions costs.
  static func copyCost(of subscriptions: Subscriptions) -> Int { subscriptions.campaignCount / 64 }

  /// What it costs to look through events, each of which is compared with so many spans of what was sent.
  static func cost(ofEvents count: Int, spans: Int) -> Int { count * spans / 2048 }

  private var spent = 0
  private var since: NIODeadline

  /// A full budget.
  init(now: NIODeadline) {
    since = now
  }

  /// Takes messages of that cost off the budget.
  mutating func spend(_ cost: Int, now: NIODeadline) {
    refill(now)
    spent += cost
  }

  /// When reading may go on; nil: now.
  func pause(now: NIODeadline) -> NIODeadline? {
    guard spent > MessageBudget.burst else { return nil }
    let seconds = Double(spent - MessageBudget.burst) / Double(MessageBudget.perSecond)
    return since + .nanoseconds(Int64(seconds * 1e9))
  }

  private mutating func refill(_ now: NIODeadline) {
    let earned = Int((now - since).nanoseconds / (1_000_000_000 / Int64(MessageBudget.perSecond)))
    guard earned > 0 else { return }
    spent = max(0, spent - earned)
    since = now
  }
}
