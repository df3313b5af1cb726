/// Who gets which alerts: an immutable snapshot of the configuration.
package struct RoutingTable: Sendable, Hashable {
  /// By name.
  package var receivers: [String: Receiver]
  /// In the order in which they are tried.
  package var routes: [Route]

  /// A receiver, as far as planning goes: what is secret, its channels know.
  package struct Receiver: Sendable, Hashable {
    /// Its targets.
    package var targets: [Target]
    /// Who gets an alert that could not be delivered here.
    package var fallbacks: [String]
    /// After how long of failing the fallbacks get it, too; nil: only once it is given up.
    package var fallbackAfter: Duration?
    /// How many attempts may be under way at once from one node.
    package var concurrency: Int

    /// A receiver of these parts.
    package init(
      targets: [Target], fallbacks: [String] = [], fallbackAfter: Duration? = nil, concurrency: Int = 32
    ) {
      self.targets = targets
      self.fallbacks = fallbacks
      self.fallbackAfter = fallbackAfter
      self.concurrency = concurrency
    }
  }

  /// A target, as far as planning goes.
  package struct Target: Sendable, Hashable {
    /// Its name.
    package var name: TargetName
    /// Its channel.
    package var channel: DeliveryChannel
    /// What it is notified of; `fallback` goes with `fired`.
    package var causes: Set<DeliveryCause.Kind>

    /// A target of these parts.
    package init(name: TargetName, channel: DeliveryChannel, causes: Set<DeliveryCause.Kind> = [.fired]) {
      self.name = name
      self.channel = channel
      self.causes = causes
    }
  }

  /// A table; without routes nobody gets anything.
  package init(receivers: [String: Receiver] = [:], routes: [Route] = []) {
    self.receivers = receivers
    self.routes = routes
  }

  /// The receivers of an alert, each once, in the order of the routes.
  package func receivers(of alert: Alert, tenant: Tenant) -> [String] {
    match(alert, tenant: tenant).receivers
  }

  private func match(_ alert: Alert, tenant: Tenant) -> (receivers: [String], isMatched: Bool) {
    var names: [String] = []
    var isMatched = false
    for route in routes where route.matches(alert, tenant: tenant) {
      isMatched = true
      for name in route.receivers where !names.contains(name) { names.append(name) }
      if !route.continues { break }
    }
    return (names, isMatched)
  }

  /// What is due when an alert fires, or why nothing is.
  package func plan(firing alert: Alert, tenant: Tenant) -> DeliveryPlan {
    if routes.isEmpty { return .nobody(.noRoutes) }
    let (names, isMatched) = match(alert, tenant: tenant)
    if names.isEmpty { return .nobody(isMatched ? .noReceiver : .noRouteMatches) }
    let deliveries = deliveries(of: alert.alertID, to: names, cause: .fired, told: .fired)
    if !deliveries.isEmpty { return .deliveries(deliveries) }
    return .nobody(names.contains { receivers[$0] != nil } ? .noTarget : .unknownReceiver)
  }

  /// What is due when an alert fires, is acknowledged or resolved. A change is planned for everybody: routes may have
  /// been others when the alert fired, and the store keeps those who have been told of it (``DeliveryStore``).
  package func deliveries(of alert: Alert, tenant: Tenant, cause: DeliveryCause) -> [PlannedDelivery] {
    guard cause.kind == .fired else {
      return deliveries(of: alert.alertID, to: receivers.keys.sorted(), cause: cause, told: cause.kind)
    }
    guard case .deliveries(let deliveries) = plan(firing: alert, tenant: tenant) else { return [] }
    return deliveries
  }

  /// Whether a target is there.
  package func has(_ target: TargetName) -> Bool {
    receivers[target.receiver]?.targets.contains { $0.name == target } ?? false
  }

  /// What took the place of a target that is not there any more, such as a URL that was corrected: the only target of
  /// its receiver and channel.
  package func replacement(of target: TargetName, channel: DeliveryChannel) -> Target? {
    let others = receivers[target.receiver]?.targets.filter { $0.channel == channel } ?? []
    return others.count == 1 && others[0].name != target ? others[0] : nil
  }

  /// The names of all targets.
  package var targets: Set<TargetName> { Set(receivers.values.flatMap { $0.targets.map(\.name) }) }

  /// What is due to the fallbacks of a receiver.
  package func fallbacks(of receiver: String, alert: AlertID) -> [PlannedDelivery] {
    deliveries(of: alert, to: receivers[receiver]?.fallbacks ?? [], cause: .fallback, told: .fired)
  }

  private func deliveries(
    of alert: AlertID, to names: [String], cause: DeliveryCause, told: DeliveryCause.Kind
  ) -> [PlannedDelivery] {
    names.flatMap { name in
      (receivers[name]?.targets ?? []).filter { $0.causes.contains(told) }.map {
        PlannedDelivery(alertID: alert, cause: cause, target: $0.name, channel: $0.channel)
      }
    }
  }
}
