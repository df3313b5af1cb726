import TocsinCore

/// The live clients of one loop that get the same bytes: one tenant, equal subscriptions, one format. An event is matched once
/// for all of them, and those that lack the same get the same buffer.
///
/// A client with many campaigns is an audience of its own: to find others with the same ones would cost as much as it
/// has at every change.
final class Audience {
  /// What its members have in common.
  struct Key: Hashable {
    var tenant: Tenant
    var subscriptions: Subscriptions
    var format = EventFormat.webSocket
  }

  /// How many campaigns the members of a shared audience may name.
  static let sharedCampaigns = 64

  /// What its members have in common.
  private(set) var key: Key
  /// Whether it has one member only, ever.
  let isPrivate: Bool
  /// What members may still lack.
  var log: AudienceLog
  /// The clients.
  private(set) var members: ContiguousArray<Subscriber> = []
  /// The sweep over the members that is under way.
  private(set) var pass = Pass()
  /// Whether it waits to be swept, or is.
  var isQueued = false

  /// One way through the members.
  struct Pass {
    fileprivate var cursor = 0
    /// The lowest position among the members that were visited.
    fileprivate var lowest = UInt64.max
    /// The end of the log when it began.
    fileprivate var end: UInt64 = 0
    fileprivate var isIncomplete = false
  }

  /// An audience without members.
  init(key: Key) {
    self.key = key
    log = AudienceLog(format: key.format)
    isPrivate = key.subscriptions.campaignCount > Audience.sharedCampaigns
  }

  /// Changes what the only member of a private audience wants.
  /// - Parameter change: changes the member's own subscriptions, and returns them. The audience lets go of its copy
  ///   meanwhile, so that they are changed in place
  func replaceSubscriptions(_ change: () -> Subscriptions) {
    key.subscriptions = Subscriptions()
    key.subscriptions = change()
  }

  /// A client joins.
  func add(_ member: Subscriber) {
    member.seat = members.count
    members.append(member)
  }

  /// A client leaves; the last one takes its seat.
  func remove(_ member: Subscriber) {
    let seat = member.seat
    let last = members.removeLast()
    if last !== member {
      members[seat] = last
      last.seat = seat
    }
    // Whoever took a seat that was visited already would be left out.
    if seat < pass.cursor { pass.isIncomplete = true }
  }

  /// The next member of the pass, or nil at its end.
  func nextMember() -> Subscriber? {
    guard pass.cursor < members.count else { return nil }
    if pass.cursor == 0 { pass.end = log.end }
    defer { pass.cursor += 1 }
    return members[pass.cursor]
  }

  /// A member was visited and is at that position now.
  func visited(at position: UInt64, wantsMore: Bool) {
    pass.lowest = min(pass.lowest, position)
    if wantsMore { pass.isIncomplete = true }
  }

  /// The pass is over.
  /// - Returns: whether another one is needed
  func finishPass() -> Bool {
    let finished = pass
    pass = Pass()
    if finished.isIncomplete || (finished.end != log.end && !members.isEmpty) { return true }
    log.drop(before: finished.lowest)
    return false
  }
}
