import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct DeliveryPlannerTests {
  private let node = DeliveryNode()

  private func stored(_ count: UInt64) -> [StoredAlert] {
    (1...count).map { StoredAlert(alert: node.alert($0), tenant: .standard) }
  }

  @Test func eachAlertHasTheDeliveriesOfItsRoutes() {
    let plan = node.planner.plan(firing: stored(2))
    #expect(plan.alerts.map { $0.deliveries.map(\.target) } == [[DeliveryNode.slack], [DeliveryNode.slack]])
    #expect(plan.alerts.allSatisfy { $0.deliveries.allSatisfy { !$0.waits } })
    #expect(EmptyPlanReason.allCases.allSatisfy { plan.empty[$0] == 0 })
  }

  @Test func whatCouldNotBeSentSoonWaits() {
    // One attempt at once, and four behind it.
    let plan = node.planner.plan(firing: stored(7))
    #expect(plan.alerts.map { $0.deliveries[0].waits } == [false, false, false, false, false, true, true])
  }

  @Test(arguments: [
    (RoutingTable(), EmptyPlanReason.noRoutes),
    (DeliveryNode.table(routes: [Route(receivers: ["ops"], severities: [.info])]), .noRouteMatches),
    (DeliveryNode.table(routes: [Route(receivers: [])]), .noReceiver),
    (DeliveryNode.table(routes: [Route(receivers: ["nobody"])]), .unknownReceiver),
    (DeliveryNode.table(slack: nil), .noTarget),
  ])
  func aPlanForNobodyCountsWhy(_ table: RoutingTable, _ reason: EmptyPlanReason) {
    node.routing.replace(table)
    let plan = node.planner.plan(firing: stored(3))
    #expect(plan.alerts.allSatisfy { $0.deliveries.isEmpty })
    #expect(plan.empty[reason] == 3)
    #expect(node.planner.emptyPlanReason(of: node.alert(), tenant: .standard) == reason)
  }

  @Test func aChangeIsPlannedByTheTableOfTheMomentAtWhichItIsAsked() {
    let plan = node.planner.plan(.resolve, tenant: .standard)
    node.routing.replace(RoutingTable())
    #expect(plan(node.alert()).map(\.cause) == [.resolved])
    #expect(node.planner.plan(.acknowledge, tenant: .standard)(node.alert()).isEmpty)
  }
}
