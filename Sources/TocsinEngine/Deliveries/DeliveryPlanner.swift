import TocsinCore

/// Says which deliveries an alert causes: when it fires, and when it is acknowledged or resolved.
struct DeliveryPlanner: Sendable {
  private let routing: ActiveRouting
  private let dispatcher: DeliveryDispatcher

  init(routing: ActiveRouting, dispatcher: DeliveryDispatcher) {
    self.routing = routing
    self.dispatcher = dispatcher
  }

  /// Alerts with the deliveries that their firing causes, all by one table.
  struct Plan: Sendable {
    var alerts: [StoredAlert]
    /// How many of them nobody is notified of, and why.
    var empty = EmptyPlans()
  }

  /// Plans what the firing of alerts causes.
  func plan(firing alerts: [StoredAlert]) -> Plan {
    let table = routing.table
    var plan = Plan(alerts: alerts)
    if table.routes.isEmpty {
      plan.empty.add(.noRoutes, count: alerts.count)
      return plan
    }
    var isAnybodyNotified = false
    for place in alerts.indices {
      switch table.plan(firing: alerts[place].alert, tenant: alerts[place].tenant) {
      case .deliveries(let deliveries):
        plan.alerts[place].deliveries = deliveries
        isAnybodyNotified = true
      case .nobody(let reason):
        if !alerts[place].deliveries.isEmpty { plan.alerts[place].deliveries = [] }
        plan.empty.add(reason, count: 1)
      }
    }
    if isAnybodyNotified { dispatcher.postpone(&plan.alerts) }
    return plan
  }

  /// What is due when an alert is acknowledged or resolved, as far as anybody has heard of it (``AlertStore``): for the
  /// moment at which this is asked.
  func plan(_ action: AlertAction, tenant: Tenant) -> @Sendable (Alert) -> [PlannedDelivery] {
    let table = routing.table
    return { table.deliveries(of: $0, tenant: tenant, cause: DeliveryCause(action)) }
  }

  /// Why nobody would be notified that an alert fired, by the routing as it is now; nil where somebody would.
  func emptyPlanReason(of alert: Alert, tenant: Tenant) -> EmptyPlanReason? {
    switch routing.table.plan(firing: alert, tenant: tenant) {
    case .deliveries: nil
    case .nobody(let reason): reason
    }
  }
}

/// How many alerts of a group nobody is notified of, by the reason. Without memory of its own: most installations notify
/// nobody of most alerts.
struct EmptyPlans: Sendable {
  private var counts = InlineArray<6, Int>(repeating: 0)

  /// Adds alerts.
  mutating func add(_ reason: EmptyPlanReason, count: Int) {
    counts[reason.place] += count
  }

  /// How many there are for that reason.
  subscript(reason: EmptyPlanReason) -> Int { counts[reason.place] }
}

extension EmptyPlanReason {
  fileprivate var place: Int {
    switch self {
    case .noRoutes: 0
    case .noRouteMatches: 1
    case .noReceiver: 2
    case .unknownReceiver: 3
    case .noTarget: 4
    case .routingChanged: 5
    }
  }
}
