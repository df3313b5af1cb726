import TocsinCore

/// The audiences of a loop, by what they want: an event is compared only with those that may want it.
struct AudienceIndex {
  private var audiences: [Audience.Key: Audience] = [:]
  private var byCampaign: [String: [Audience]] = [:]
  private var general: [Audience] = []

  /// All audiences.
  var all: some Collection<Audience> { audiences.values }

  /// The audience of that key; made where there is none.
  mutating func audience(for key: Audience.Key) -> Audience {
    if let audience = audiences[key] { return audience }
    let audience = Audience(key: key)
    audiences[key] = audience
    if let campaigns = audience.campaigns {
      for campaign in campaigns { byCampaign[campaign, default: []].append(audience) }
    } else {
      general.append(audience)
    }
    return audience
  }

  /// Forgets an audience without members.
  mutating func remove(_ audience: Audience) {
    audiences[audience.key] = nil
    guard let campaigns = audience.campaigns else { return general.removeAll { $0 === audience } }
    for campaign in campaigns {
      byCampaign[campaign]?.removeAll { $0 === audience }
      if byCampaign[campaign]?.isEmpty == true { byCampaign[campaign] = nil }
    }
  }

  /// Calls for each audience whose members get that event.
  func forEachAudience(of event: EncodedEvent, _ body: (Audience) -> Void) {
    switch event.content {
    case .unknown: return
    case .resync:
      for audience in audiences.values { body(audience) }
    case .event(let envelope):
      for audience in general where event.matches(audience.key) { body(audience) }
      guard let audiences = byCampaign[envelope.campaignID] else { return }
      for audience in audiences where event.matches(audience.key) { body(audience) }
    }
  }
}

extension EncodedEvent {
  /// Whether members of an audience get it.
  fileprivate func matches(_ key: Audience.Key) -> Bool {
    matches(key.subscriptions, tenant: key.tenant)
  }
}

extension Subscriptions {
  /// The campaigns without which nothing matches, or nil where an event of any campaign may match.
  var onlyCampaigns: Set<String>? {
    guard let filters else { return nil }
    var all: Set<String> = []
    for filter in filters {
      guard let campaigns = filter.campaignIDs else { return nil }
      all.formUnion(campaigns)
    }
    return all
  }
}
