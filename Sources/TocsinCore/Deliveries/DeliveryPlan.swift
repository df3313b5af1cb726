/// What the firing of an alert causes.
package enum DeliveryPlan: Sendable, Hashable {
  /// These deliveries: at least one.
  case deliveries([PlannedDelivery])
  /// None: nobody is notified, for that reason.
  case nobody(EmptyPlanReason)
}

/// Why nobody is notified that an alert fired. The raw value is a metric's label, and the `reason` of a timeline.
package enum EmptyPlanReason: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// The configuration has no routes.
  case noRoutes = "no_routes"
  /// No route matches the alert.
  case noRouteMatches = "no_route_matches"
  /// The routes that match name no receiver.
  case noReceiver = "no_receiver"
  /// The configuration has none of the receivers that the routes name.
  case unknownReceiver = "unknown_receiver"
  /// The receivers have no target that is notified of a firing.
  case noTarget = "no_target"
  /// Somebody would be notified by the routing of today; when the alert fired it was another one. Only of a timeline.
  case routingChanged = "routing_changed"

  /// A clause for people, without a full stop.
  package var description: String {
    switch self {
    case .noRoutes: "the configuration has no routes"
    case .noRouteMatches: "no route matches the alert"
    case .noReceiver: "the routes that match name no receiver"
    case .unknownReceiver: "the configuration has none of the receivers that the routes name"
    case .noTarget: "the receivers have no target that is notified when an alert fires"
    case .routingChanged: "the routing was a different one when the alert fired"
    }
  }
}
