import Testing
import TocsinCore
import TocsinJSON

@Suite struct RouteTests {
  /// High, `roas_drop`, campaign `c1`, details with `region: eu`.
  private let alert = sampleAlert()

  @Test func aRouteWithoutConditionsMatchesAll() {
    #expect(Route(receivers: ["ops"]).matches(alert, tenant: .standard))
  }

  @Test(arguments: [
    (Route(receivers: [], severities: [.low, .high]), true), (Route(receivers: [], severities: [.low]), false),
    (Route(receivers: [], alertTypes: [.roasDrop]), true), (Route(receivers: [], alertTypes: [.highCPA]), false),
    (Route(receivers: [], campaigns: [Glob("x"), Glob("c*")]), true),
    (Route(receivers: [], campaigns: [Glob("x")]), false),
    (Route(receivers: [], tenants: [.standard]), true),
    (Route(receivers: [], tenants: [Tenant(rawValue: "other")]), false),
    (Route(receivers: [], metadata: ["region": "eu", "rule_name": "Rule r1"]), true),
    (Route(receivers: [], metadata: ["region": "us"]), false), (Route(receivers: [], metadata: ["none": "eu"]), false),
    (
      Route(
        receivers: [], severities: [.high], alertTypes: [.roasDrop], campaigns: [Glob("c1")], tenants: [.standard],
        metadata: ["region": "eu"]), true
    ),
    (Route(receivers: [], severities: [.high], alertTypes: [.highCPA]), false),
  ])
  func everyConditionHasToHold(_ route: Route, _ matches: Bool) {
    #expect(route.matches(alert, tenant: .standard) == matches)
  }
}

@Suite struct RoutingTableTests {
  private let alert = sampleAlert()

  private func receiver(
    _ name: String, causes: Set<DeliveryCause.Kind> = [.fired], targets: Int = 1, fallbacks: [String] = []
  ) -> RoutingTable.Receiver {
    RoutingTable.Receiver(
      targets: (0..<targets).map {
        .init(name: TargetName(receiver: name, target: "webhook-\($0)"), channel: .webhook, causes: causes)
      }, fallbacks: fallbacks)
  }

  private func names(_ planned: [PlannedDelivery]) -> [String] { planned.map { "\($0.cause) \($0.target)" } }

  @Test func theFirstRouteThatMatchesEndsTheSearchUnlessItContinues() {
    func receivers(_ routes: Route...) -> [String] {
      RoutingTable(routes: routes).receivers(of: alert, tenant: .standard)
    }
    let never = Route(receivers: ["never"], severities: [.info])
    let first = Route(receivers: ["a", "b"])
    let second = Route(receivers: ["b", "c"])
    #expect(receivers() == [])
    #expect(receivers(never) == [])
    #expect(receivers(never, first, second) == ["a", "b"])
    var going = first
    going.continues = true
    #expect(receivers(going, never, second, Route(receivers: ["d"])) == ["a", "b", "c"])
  }

  @Test func eachTargetThatWantsToKnowHasADelivery() {
    let all = Set(DeliveryCause.Kind.allCases)
    let table = RoutingTable(
      receivers: ["ops": receiver("ops", causes: all, targets: 2), "mail": receiver("mail")],
      routes: [Route(receivers: ["ops", "mail", "forgotten"])])
    #expect(
      names(table.deliveries(of: alert, tenant: .standard, cause: .fired)) == [
        "fired ops/webhook-0", "fired ops/webhook-1", "fired mail/webhook-0",
      ])
    #expect(
      names(table.deliveries(of: alert, tenant: .standard, cause: .acknowledged)) == [
        "acknowledged ops/webhook-0", "acknowledged ops/webhook-1",
      ])
    #expect(table.deliveries(of: alert, tenant: .standard, cause: .fired).allSatisfy { $0.alertID == alert.alertID })
    #expect(RoutingTable(receivers: table.receivers).deliveries(of: alert, tenant: .standard, cause: .fired) == [])
  }

  @Test func aPlanThatNotifiesNobodySaysWhy() {
    func reason(_ routes: [Route], _ receivers: [String: RoutingTable.Receiver] = [:]) -> EmptyPlanReason? {
      switch RoutingTable(receivers: receivers, routes: routes).plan(firing: alert, tenant: .standard) {
      case .deliveries(let deliveries):
        #expect(!deliveries.isEmpty)
        return nil
      case .nobody(let reason): return reason
      }
    }
    let ops = Route(receivers: ["ops"])
    #expect(reason([], ["ops": receiver("ops")]) == .noRoutes)
    #expect(reason([Route(receivers: ["ops"], severities: [.info])], ["ops": receiver("ops")]) == .noRouteMatches)
    #expect(reason([Route(receivers: [])], ["ops": receiver("ops")]) == .noReceiver)
    #expect(reason([ops]) == .unknownReceiver)
    #expect(reason([ops], ["ops": receiver("ops", targets: 0)]) == .noTarget)
    #expect(reason([ops], ["ops": receiver("ops", causes: [.resolved])]) == .noTarget)
    #expect(reason([Route(receivers: ["gone", "ops"])], ["ops": receiver("ops", targets: 0)]) == .noTarget)
    #expect(reason([ops], ["ops": receiver("ops")]) == nil)
    #expect(Set(EmptyPlanReason.allCases.map(\.description)).count == EmptyPlanReason.allCases.count)
  }

  @Test func aChangeIsForEverybodyWhoMayHaveBeenToldWhateverTheRoutesSayNow() {
    let all = Set(DeliveryCause.Kind.allCases)
    let table = RoutingTable(
      receivers: [
        "ops": receiver("ops", causes: all, fallbacks: ["night"]), "night": receiver("night", causes: all),
        "boss": receiver("boss", causes: [.fired, .resolved]), "mail": receiver("mail"),
      ], routes: [Route(receivers: ["ops"])])
    #expect(names(table.deliveries(of: alert, tenant: .standard, cause: .fired)) == ["fired ops/webhook-0"])
    #expect(
      names(table.deliveries(of: alert, tenant: .standard, cause: .acknowledged)) == [
        "acknowledged night/webhook-0", "acknowledged ops/webhook-0",
      ])
    #expect(
      names(table.deliveries(of: alert, tenant: .standard, cause: .resolved)) == [
        "resolved boss/webhook-0", "resolved night/webhook-0", "resolved ops/webhook-0",
      ])
    #expect(table.has(TargetName(receiver: "ops", target: "webhook-0")))
    #expect(!table.has(TargetName(receiver: "ops", target: "webhook-1")))
  }

  @Test func fallbacksAreForTargetsThatAreToldOfFirings() {
    let table = RoutingTable(receivers: [
      "ops": receiver("ops", fallbacks: ["night", "quiet", "forgotten"]), "night": receiver("night", targets: 2),
      "quiet": receiver("quiet", causes: [.resolved]),
    ])
    #expect(
      names(table.fallbacks(of: "ops", alert: alert.alertID)) == [
        "fallback night/webhook-0", "fallback night/webhook-1",
      ])
    #expect(table.fallbacks(of: "night", alert: alert.alertID) == [])
    #expect(table.fallbacks(of: "forgotten", alert: alert.alertID) == [])
  }

  @Test func theOnlyTargetOfAChannelTakesTheOldOnesPlace() {
    func target(_ name: String, _ channel: DeliveryChannel) -> RoutingTable.Target {
      RoutingTable.Target(name: TargetName(receiver: "ops", target: name), channel: channel)
    }
    let old = TargetName(receiver: "ops", target: "webhook-old")
    let one = RoutingTable(
      receivers: ["ops": .init(targets: [target("webhook-new", .webhook), target("slack-1", .slack)])])
    #expect(one.replacement(of: old, channel: .webhook) == target("webhook-new", .webhook))
    #expect(one.replacement(of: old, channel: .email) == nil)
    #expect(one.replacement(of: TargetName(receiver: "boss", target: "webhook-old"), channel: .webhook) == nil)
    #expect(one.replacement(of: TargetName(receiver: "ops", target: "slack-1"), channel: .slack) == nil)
    let two = RoutingTable(receivers: ["ops": .init(targets: [target("a", .webhook), target("b", .webhook)])])
    #expect(two.replacement(of: old, channel: .webhook) == nil)
  }
}
