import Testing
import TocsinCore

@Suite struct SubscriptionTests {
  private func event(
    _ campaign: String, _ severity: Severity = .high, _ type: AlertType = .roasDrop, _ kind: EventEnvelope.Kind = .alert
  ) -> EventEnvelope {
    EventEnvelope(
      kind: kind, tenant: .standard, alertID: sampleAlertID, campaignID: campaign, severity: severity, alertType: type,
      body: [])
  }

  @Test(arguments: [
    (EventFilter(), true), (EventFilter(campaignIDs: ["c1", "c2"]), true), (EventFilter(campaignIDs: ["c2"]), false),
    (EventFilter(severities: [.high]), true), (EventFilter(severities: [.low, .info]), false),
    (EventFilter(alertTypes: [.roasDrop, .highCPA]), true), (EventFilter(alertTypes: [.highCPA]), false),
    (EventFilter(campaignIDs: ["c1"], severities: [.high], alertTypes: [.roasDrop]), true),
    (EventFilter(campaignIDs: ["c1"], severities: [.low], alertTypes: [.roasDrop]), false),
    (EventFilter(campaignIDs: ["c1"], severities: [.high], alertTypes: [.highCPA]), false),
    (EventFilter(campaignIDs: []), false),
  ])
  func everyNamedFieldMustMatch(_ filter: EventFilter, _ matches: Bool) {
    #expect(filter.matches(event("c1")) == matches)
    #expect(filter.matches(event("c1", .high, .roasDrop, .resolved)) == matches)
  }

  @Test func aClientThatNeverSubscribedGetsEverything() {
    let subscriptions = Subscriptions()
    #expect(subscriptions.matches(event("c1")))
    #expect(subscriptions.matches(event("c2", .info, .highCPA, .acknowledged)))
    #expect(!subscriptions.matches(event("c1", .high, .roasDrop, .updated)))
  }

  @Test func subscriptionsAddUpAndEnd() {
    var subscriptions = Subscriptions()
    #expect(subscriptions.subscribe(EventFilter(campaignIDs: ["c1"])) == .done)
    #expect(!subscriptions.matches(event("c2")))
    #expect(subscriptions.subscribe(EventFilter(campaignIDs: ["c2"])) == .done)
    #expect(subscriptions.subscribe(EventFilter(severities: [.critical])) == .done)
    #expect(subscriptions.matches(event("c1")))
    #expect(subscriptions.matches(event("c2")))
    #expect(subscriptions.matches(event("c3", .critical)))
    #expect(!subscriptions.matches(event("c3")))
    #expect(subscriptions.unsubscribe(EventFilter(campaignIDs: ["c1"])) == .done)
    #expect(!subscriptions.matches(event("c1")))
    #expect(subscriptions.matches(event("c2")))
    #expect(subscriptions.unsubscribe(EventFilter(campaignIDs: ["c2"])) == .done)
    #expect(subscriptions.unsubscribe(EventFilter(severities: [.critical])) == .done)
    #expect(subscriptions.filters == [])
    #expect(!subscriptions.matches(event("c1", .critical)))
  }

  @Test func aCampaignAloneLeavesEverySubscriptionThatNamesIt() {
    var subscriptions = Subscriptions()
    _ = subscriptions.subscribe(EventFilter(campaignIDs: ["c1", "c2"], severities: [.high]))
    _ = subscriptions.subscribe(EventFilter(campaignIDs: ["c1"]))
    _ = subscriptions.subscribe(EventFilter(alertTypes: [.highCPA]))
    #expect(subscriptions.unsubscribe(EventFilter(campaignIDs: ["c1"])) == .done)
    #expect(
      subscriptions.filters == [
        EventFilter(campaignIDs: ["c2"], severities: [.high]), EventFilter(alertTypes: [.highCPA]),
      ])
    #expect(!subscriptions.matches(event("c1")))
    #expect(subscriptions.matches(event("c1", .low, .highCPA)))
  }

  @Test func campaignsWithOtherFieldsLeaveTheirOwnSubscription() {
    var subscriptions = Subscriptions()
    _ = subscriptions.subscribe(EventFilter(campaignIDs: ["c1"], severities: [.high]))
    _ = subscriptions.subscribe(EventFilter(campaignIDs: ["c2"], severities: [.high]))
    _ = subscriptions.subscribe(EventFilter(campaignIDs: ["c1"]))
    #expect(subscriptions.unsubscribe(EventFilter(campaignIDs: ["c1"], severities: [.high])) == .done)
    #expect(
      subscriptions.filters == [
        EventFilter(campaignIDs: ["c2"], severities: [.high]), EventFilter(campaignIDs: ["c1"]),
      ])
  }

  @Test func whatFitsNothingChangesNothing() {
    var subscriptions = Subscriptions()
    #expect(subscriptions.unsubscribe(EventFilter(campaignIDs: ["c1"])) == .unknown)
    #expect(subscriptions.matches(event("c1")))
    _ = subscriptions.subscribe(EventFilter(severities: [.high]))
    #expect(subscriptions.unsubscribe(EventFilter(severities: [.low])) == .unknown)
    #expect(subscriptions.matches(event("c1")))
  }

  @Test func withoutFieldsAllEndOrEverythingIsWanted() {
    var subscriptions = Subscriptions()
    #expect(subscriptions.unsubscribe(EventFilter()) == .done)
    #expect(!subscriptions.matches(event("c1")))
    #expect(subscriptions.subscribe(EventFilter()) == .done)
    #expect(subscriptions.matches(event("c1")))
    _ = subscriptions.subscribe(EventFilter(campaignIDs: ["c1"]))
    #expect(subscriptions.matches(event("c2")))
    #expect(subscriptions.unsubscribe(EventFilter()) == .done)
    #expect(!subscriptions.matches(event("c1")))
  }

  @Test func updatesAreAskedForSeparately() {
    var subscriptions = Subscriptions()
    #expect(subscriptions.subscribe(EventFilter(), updates: true) == .done)
    #expect(subscriptions.filters == nil)
    #expect(subscriptions.matches(event("c1", .high, .roasDrop, .updated)))
    #expect(subscriptions.subscribe(EventFilter(campaignIDs: ["c2"]), updates: nil) == .done)
    #expect(!subscriptions.matches(event("c1", .high, .roasDrop, .updated)))
    #expect(subscriptions.matches(event("c2", .high, .roasDrop, .updated)))
    #expect(subscriptions.subscribe(EventFilter(), updates: false) == .done)
    #expect(!subscriptions.matches(event("c2", .high, .roasDrop, .updated)))
    #expect(subscriptions.matches(event("c2")))
    #expect(!subscriptions.matches(event("c1")))
  }

  @Test func thereIsALimit() {
    var subscriptions = Subscriptions()
    let many = Set((0..<Subscriptions.maximumCampaigns).map { "c\($0)" })
    #expect(subscriptions.subscribe(EventFilter(campaignIDs: many), updates: true) == .done)
    let before = subscriptions
    #expect(subscriptions.subscribe(EventFilter(campaignIDs: ["one more"]), updates: false) == .tooMany)
    #expect(subscriptions == before)
    #expect(subscriptions.subscribe(EventFilter(campaignIDs: ["c1"])) == .done)
  }

  @Test func theBytesOfNamesAreLimitedToo() {
    var subscriptions = Subscriptions()
    let names = Set((1000..<1256).map { String(repeating: "n", count: 252) + "\($0)" })
    #expect(subscriptions.subscribe(EventFilter(campaignIDs: names)) == .done)
    #expect(subscriptions.bytes == Subscriptions.maximumBytes)
    #expect(subscriptions.subscribe(EventFilter(campaignIDs: ["x"])) == .tooMany)
    // A name that is there already is no new one, whatever else is asked for with it.
    #expect(subscriptions.subscribe(EventFilter(campaignIDs: names, severities: [.high])) == .done)
    #expect(subscriptions.bytes == Subscriptions.maximumBytes)
    #expect(subscriptions.unsubscribe(EventFilter(campaignIDs: names, severities: [.high])) == .done)
    #expect(subscriptions.unsubscribe(EventFilter(campaignIDs: names)) == .done)
    #expect(subscriptions.bytes == 0)
    #expect(subscriptions.subscribe(EventFilter(campaignIDs: ["x"])) == .done)
  }

  @Test func aChangeTellsWhichCampaignsCameAndWent() {
    var subscriptions = Subscriptions()
    func apply(_ decision: Subscriptions.Decision) -> Subscriptions.Difference? {
      guard case .change(let change) = decision else { return nil }
      return subscriptions.apply(change)
    }
    #expect(apply(subscriptions.subscribing(EventFilter(campaignIDs: ["a"])))?.added == ["a"])
    #expect(apply(subscriptions.subscribing(EventFilter(campaignIDs: ["a"]))) == nil)
    let second = EventFilter(campaignIDs: ["a", "b"], severities: [.low])
    #expect(apply(subscriptions.subscribing(second))?.added == ["b"])
    #expect(!subscriptions.wantsAnyCampaign)
    #expect(apply(subscriptions.subscribing(EventFilter(severities: [.low]))) == .init())
    #expect(subscriptions.wantsAnyCampaign)
    #expect(apply(subscriptions.unsubscribing(EventFilter(campaignIDs: ["a"], severities: [.low]))) == .init())
    #expect(apply(subscriptions.unsubscribing(EventFilter(campaignIDs: ["a", "b"])))?.removed.sorted() == ["a", "b"])
    #expect(apply(subscriptions.unsubscribing(EventFilter(campaignIDs: ["a"]))) == nil)
    #expect(apply(subscriptions.unsubscribing(EventFilter(severities: [.low]))) == .init())
    #expect(subscriptions.filters == [])
    #expect(apply(subscriptions.unsubscribing(EventFilter())) == nil)
  }

  /// The same as a list of filters, changed at random, means.
  @Test func itMeansWhatAListOfFiltersMeans() {
    var generator = SystemRandomNumberGenerator()
    let names = ["a", "b", "c", "d"]
    let severities: [Set<Severity>?] = [nil, [.high], [.low, .high]]
    for _ in 0..<200 {
      var subscriptions = Subscriptions()
      var model: [EventFilter]?
      for _ in 0..<30 {
        let campaigns: Set<String>? =
          Bool.random(using: &generator) ? Set(names.filter { _ in Bool.random(using: &generator) }) : nil
        let filter = EventFilter(
          campaignIDs: campaigns?.isEmpty == true ? ["a"] : campaigns,
          severities: severities.randomElement(using: &generator) ?? nil)
        if Int.random(in: 0..<3, using: &generator) > 0 {
          model = SubscriptionTests.add(filter, to: model)
          #expect(subscriptions.subscribe(filter) == .done)
        } else {
          let after = SubscriptionTests.remove(filter, from: model)
          let isKnown = filter.isOpen || (model != nil && after != model)
          model = after
          #expect(subscriptions.unsubscribe(filter) == (isKnown ? .done : .unknown))
        }
        for name in names + ["e"] {
          for severity in [Severity.high, .low, .info] {
            let event = event(name, severity)
            #expect(subscriptions.matches(event) == (model?.contains { $0.matches(event) } ?? true))
          }
        }
        #expect(subscriptions.filters.map(Set.init) == model.map(Set.init))
      }
    }
  }

  private static func add(_ filter: EventFilter, to model: [EventFilter]?) -> [EventFilter] {
    var model = model ?? []
    if let index = model.firstIndex(where: {
      $0.severities == filter.severities && $0.campaignIDs != nil && filter.campaignIDs != nil
    }) {
      model[index].campaignIDs?.formUnion(filter.campaignIDs ?? [])
    } else if !model.contains(filter) {
      model.append(filter)
    }
    return model
  }

  private static func remove(_ filter: EventFilter, from model: [EventFilter]?) -> [EventFilter]? {
    if filter.isOpen { return [] }
    guard let campaigns = filter.campaignIDs else { return model?.filter { $0 != filter } }
    return model?.compactMap { own in
      guard let names = own.campaignIDs, filter.severities == nil || filter.severities == own.severities else {
        return own
      }
      var rest = own
      rest.campaignIDs = names.subtracting(campaigns)
      return rest.campaignIDs?.isEmpty == true ? nil : rest
    }
  }
}
