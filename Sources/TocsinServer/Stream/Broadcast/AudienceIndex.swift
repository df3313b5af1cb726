import TocsinCore

/// The audiences of a loop, by what they want: an event is compared only with those that may want it.
///
/// It is told by difference what a private audience wants now; what it does is proportional to that.
struct AudienceIndex {
  private typealias Group = [ObjectIdentifier: Audience]

  /// Who names a campaign: mostly one audience.
  private enum Entry {
    case one(Audience)
    case many(Group)
  }

  private var shared: [Audience.Key: Audience] = [:]
  private var privates: Group = [:]
  private var byCampaign: [String: Entry] = [:]
  /// Audiences that events of any campaign may concern.
  private var general: Group = [:]
  /// How many names of campaigns were entered and removed so far.
  private(set) var work = 0

  /// The audience for a client of that key: an existing one where it can be shared.
  mutating func audience(for key: Audience.Key) -> Audience {
    if key.subscriptions.campaignCount <= Audience.sharedCampaigns, let audience = shared[key] { return audience }
    let audience = Audience(key: key)
    if audience.isPrivate { privates[ObjectIdentifier(audience)] = audience } else { shared[key] = audience }
    enter(audience, key.subscriptions.campaignIDs)
    setGeneral(audience)
    return audience
  }

  /// Forgets an audience without members.
  mutating func remove(_ audience: Audience) {
    if audience.isPrivate { privates[ObjectIdentifier(audience)] = nil } else { shared[audience.key] = nil }
    remove(audience, audience.key.subscriptions.campaignIDs)
    general[ObjectIdentifier(audience)] = nil
  }

  /// A private audience wants something else now.
  mutating func update(_ audience: Audience, _ difference: Subscriptions.Difference) {
    enter(audience, difference.added)
    remove(audience, difference.removed)
    setGeneral(audience)
  }

  private mutating func setGeneral(_ audience: Audience) {
    general[ObjectIdentifier(audience)] = audience.key.subscriptions.wantsAnyCampaign ? audience : nil
  }

  private mutating func enter(_ audience: Audience, _ campaigns: some Collection<String>) {
    work += campaigns.count
    for campaign in campaigns {
      switch byCampaign.removeValue(forKey: campaign) {
      case nil: byCampaign[campaign] = .one(audience)
      case .one(let other)?:
        byCampaign[campaign] = .many([ObjectIdentifier(other): other, ObjectIdentifier(audience): audience])
      case .many(var group)?:
        group[ObjectIdentifier(audience)] = audience
        byCampaign[campaign] = .many(group)
      }
    }
  }

  private mutating func remove(_ audience: Audience, _ campaigns: some Collection<String>) {
    work += campaigns.count
    for campaign in campaigns {
      guard case .many(var group)? = byCampaign.removeValue(forKey: campaign) else { continue }
      group[ObjectIdentifier(audience)] = nil
      if let last = group.first?.value { byCampaign[campaign] = group.count == 1 ? .one(last) : .many(group) }
    }
  }

  /// Calls for each audience whose members get that event.
  func forEachAudience(of event: EncodedEvent, _ body: (Audience) -> Void) {
    switch event.content {
    case .unknown: return
    case .resync:
      for audience in shared.values { body(audience) }
      for audience in privates.values { body(audience) }
    case .event(let envelope):
      for audience in general.values where event.matches(audience.key) { body(audience) }
      switch byCampaign[envelope.campaignID] {
      case nil: return
      case .one(let audience)?: visit(audience, event, body)
      case .many(let group)?: for audience in group.values { visit(audience, event, body) }
      }
    }
  }

  /// Calls for an audience that names the event's campaign. A general one had its turn.
  private func visit(_ audience: Audience, _ event: EncodedEvent, _ body: (Audience) -> Void) {
    if !audience.key.subscriptions.wantsAnyCampaign, event.matches(audience.key) { body(audience) }
  }
}

extension EncodedEvent {
  /// Whether members of an audience get it.
  fileprivate func matches(_ key: Audience.Key) -> Bool {
    matches(key.subscriptions, tenant: key.tenant)
  }
}
