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
}
