/// What one client has subscribed to.
///
/// A client that never subscribed gets everything. One that did gets what any of its subscriptions asks for, and
/// after the last one has ended nothing. Subscriptions that differ only in their campaigns are one with all of them.
///
/// A change costs what it adds and takes away, an event one lookup, however much the client has subscribed to.
package struct Subscriptions: Sendable, Hashable {
  /// What became of a request.
  package enum Outcome: Sendable, Hashable {
    /// It is as was asked for.
    case done
    /// An `unsubscribe` fitted no subscription; nothing changed.
    case unknown
    /// There would be more than ``Subscriptions/maximumFilters``, ``Subscriptions/maximumCampaigns`` or
    /// ``Subscriptions/maximumBytes``; nothing changed.
    case tooMany
  }

  /// What a request amounts to.
  package enum Decision: Sendable {
    /// It changes something.
    case change(Change)
    /// It changes nothing, for this reason; ``Outcome/done`` where everything is as was asked for.
    case unchanged(Outcome)
  }

  /// A change that was decided on and not yet made.
  package struct Change: Sendable {
    fileprivate enum Step: Sendable {
      case none
      case add(EventFilter)
      case remove(Set<String>, from: UInt64)
      case end(slot: Int)
      case endAll
    }

    fileprivate var step = Step.none
    fileprivate var updates: Bool?
  }

  /// Which campaigns are named, or no longer named, since a change.
  package struct Difference: Sendable, Hashable {
    /// Campaigns that no subscription named before.
    package var added: [String] = []
    /// Campaigns that no subscription names any more.
    package var removed: [String] = []

    /// A difference of these campaigns.
    package init(added: [String] = [], removed: [String] = []) {
      self.added = added
      self.removed = removed
    }
  }

  /// One subscription without its campaigns.
  private struct Slot: Sendable, Hashable {
    var severities: Set<Severity>?
    var alertTypes: Set<AlertType>?
    /// How many campaigns it names; nil: it names none and takes them all.
    var campaigns: Int?

    func matches(_ envelope: EventEnvelope) -> Bool {
      if let severities, !severities.contains(envelope.severity) { return false }
      if let alertTypes, !alertTypes.contains(envelope.alertType) { return false }
      return true
    }

    /// Whether a filter asks for the same but for its campaigns.
    func fits(_ filter: EventFilter) -> Bool {
      severities == filter.severities && alertTypes == filter.alertTypes
        && (campaigns == nil) == (filter.campaignIDs == nil)
    }
  }

  /// How many subscriptions a client may have: one bit of a mask each.
  package static let maximumFilters = 64
  /// How many campaigns they may name in all.
  package static let maximumCampaigns = 4096
  /// How many bytes the names of these campaigns may have.
  package static let maximumBytes = 64 * 1024

  /// The subscriptions, each in a place of its own; nil before the first.
  private var slots: [Slot?]?
  /// Which slots name a campaign, as bits.
  private var campaigns: [String: UInt64] = [:]
  /// The slots that name no campaigns.
  private var openSlots: UInt64 = 0
  /// How many campaigns all slots name.
  private var named = 0
  /// The bytes of the campaigns' names; a name counts once.
  package private(set) var bytes = 0
  /// Whether the client also wants ``EventEnvelope/Kind-swift.enum/updated`` events.
  package private(set) var updates = false

  /// Those of a client that never subscribed.
  package init() {}

  /// The subscriptions; nil before the first. Costs as much as there is.
  package var filters: [EventFilter]? {
    guard let slots else { return nil }
    return slots.indices.compactMap { index in
      guard let slot = slots[index] else { return nil }
      let names = slot.campaigns.map { _ in Set(campaigns.filter { $0.value & (1 << index) != 0 }.keys) }
      return EventFilter(campaignIDs: names, severities: slot.severities, alertTypes: slot.alertTypes)
    }
  }

  /// Every campaign that a subscription names.
  package var campaignIDs: some Collection<String> { campaigns.keys }

  /// How many campaigns ``campaignIDs`` has.
  package var campaignCount: Int { campaigns.count }

  /// Whether events of campaigns that no subscription names may match.
  package var wantsAnyCampaign: Bool { slots == nil || openSlots != 0 }

  /// Whether the client gets that event.
  package func matches(_ envelope: EventEnvelope) -> Bool {
    if envelope.kind == .updated, !updates { return false }
    guard let slots else { return true }
    var candidates = openSlots | (campaigns[envelope.campaignID] ?? 0)
    while candidates != 0 {
      if let slot = slots[candidates.trailingZeroBitCount], slot.matches(envelope) { return true }
      candidates &= candidates - 1
    }
    return false
  }

  // MARK: Decisions

  /// Decides what a new subscription changes.
  /// - Parameter updates: what the request says of updates, or nil. A request that names no field but this one only
  ///   switches updates on or off: it neither widens nor narrows what the client gets
  package func subscribing(_ filter: EventFilter, updates: Bool? = nil) -> Decision {
    let switched = updates == self.updates ? nil : updates
    if filter.isOpen, updates != nil {
      return switched == nil ? .unchanged(.done) : .change(Change(updates: switched))
    }
    let slots = slots ?? []
    let place = slots.firstIndex { $0?.fits(filter) ?? false }
    var (newNames, newBytes) = (0, 0)
    for name in filter.campaignIDs ?? [] {
      let mask = campaigns[name]
      if mask == nil { newBytes += name.utf8.count }
      if place.map({ (mask ?? 0) & (1 << $0) == 0 }) ?? true { newNames += 1 }
    }
    let count = slots.count { $0 != nil } + (place == nil ? 1 : 0)
    guard count <= Subscriptions.maximumFilters, named + newNames <= Subscriptions.maximumCampaigns,
      bytes + newBytes <= Subscriptions.maximumBytes
    else { return .unchanged(.tooMany) }
    if place != nil, newNames == 0 {
      return switched == nil ? .unchanged(.done) : .change(Change(updates: switched))
    }
    return .change(Change(step: .add(filter), updates: switched))
  }

  /// Decides what the end of subscriptions changes:
  /// - without any field all of them end;
  /// - with campaigns only: these campaigns are taken out of every subscription that names campaigns;
  /// - with campaigns and other fields: they are taken out of the subscription with the same other fields;
  /// - else the subscription that equals it ends.
  ///
  /// A subscription whose last campaign was taken out has ended. What was never subscribed to cannot be ended: a
  /// client that gets everything cannot leave single campaigns out.
  package func unsubscribing(_ filter: EventFilter) -> Decision {
    if filter.isOpen { return slots == [] ? .unchanged(.done) : .change(Change(step: .endAll)) }
    guard let slots else { return .unchanged(.unknown) }
    let place = slots.firstIndex { $0?.fits(filter) ?? false }
    guard let names = filter.campaignIDs else {
      return place.map { .change(Change(step: .end(slot: $0))) } ?? .unchanged(.unknown)
    }
    let namesOnlyCampaigns = filter.severities == nil && filter.alertTypes == nil
    let mask: UInt64 = namesOnlyCampaigns ? ~0 : place.map { 1 << UInt64($0) } ?? 0
    guard names.contains(where: { (campaigns[$0] ?? 0) & mask != 0 }) else { return .unchanged(.unknown) }
    return .change(Change(step: .remove(names, from: mask)))
  }

  // MARK: Changes

  /// Adds a subscription; one that asks for nothing new changes nothing. See ``subscribing(_:updates:)``.
  package mutating func subscribe(_ filter: EventFilter, updates: Bool? = nil) -> Outcome {
    make(subscribing(filter, updates: updates))
  }

  /// Ends subscriptions. See ``unsubscribing(_:)``.
  package mutating func unsubscribe(_ filter: EventFilter) -> Outcome {
    make(unsubscribing(filter))
  }

  private mutating func make(_ decision: Decision) -> Outcome {
    switch decision {
    case .unchanged(let outcome): return outcome
    case .change(let change):
      apply(change)
      return .done
    }
  }

  /// Makes a change that was decided on for these very subscriptions.
  @discardableResult
  package mutating func apply(_ change: Change) -> Difference {
    if let updates = change.updates { self.updates = updates }
    switch change.step {
    case .none: return Difference()
    case .add(let filter): return add(filter)
    case .remove(let names, let mask): return remove(names, from: mask)
    case .end(let place):
      openSlots &= ~(1 << UInt64(place))
      clear(place)
      return Difference()
    case .endAll:
      let removed = Array(campaigns.keys)
      (slots, campaigns, openSlots, named, bytes) = ([], [:], 0, 0, 0)
      return Difference(removed: removed)
    }
  }

  private mutating func add(_ filter: EventFilter) -> Difference {
    let place = place(for: filter)
    let bit: UInt64 = 1 << UInt64(place)
    guard let names = filter.campaignIDs else {
      openSlots |= bit
      return Difference()
    }
    var difference = Difference()
    var count = 0
    for name in names {
      let mask = campaigns[name, default: 0]
      if mask & bit != 0 { continue }
      campaigns[name] = mask | bit
      count += 1
      if mask == 0 {
        difference.added.append(name)
        bytes += name.utf8.count
      }
    }
    named += count
    slots?[place]?.campaigns? += count
    return difference
  }

  /// The slot that a filter goes to; made where there is none.
  private mutating func place(for filter: EventFilter) -> Int {
    var all = slots ?? []
    slots = nil
    defer { slots = all }
    if let place = all.firstIndex(where: { $0?.fits(filter) ?? false }) { return place }
    let slot = Slot(
      severities: filter.severities, alertTypes: filter.alertTypes, campaigns: filter.campaignIDs.map { _ in 0 })
    guard let free = all.firstIndex(of: nil) else {
      all.append(slot)
      return all.count - 1
    }
    all[free] = slot
    return free
  }

  private mutating func remove(_ names: Set<String>, from mask: UInt64) -> Difference {
    var difference = Difference()
    for name in names {
      guard let before = campaigns[name], before & mask != 0 else { continue }
      var cleared = before & mask
      if before == cleared {
        campaigns[name] = nil
        bytes -= name.utf8.count
        difference.removed.append(name)
      } else {
        campaigns[name] = before & ~mask
      }
      while cleared != 0 {
        let place = cleared.trailingZeroBitCount
        cleared &= cleared - 1
        named -= 1
        slots?[place]?.campaigns? -= 1
        if slots?[place]?.campaigns == 0 { clear(place) }
      }
    }
    return difference
  }

  /// Frees a slot; free ones at the end are dropped.
  private mutating func clear(_ place: Int) {
    slots?[place] = nil
    while let last = slots?.last, last == nil { slots?.removeLast() }
  }
}
