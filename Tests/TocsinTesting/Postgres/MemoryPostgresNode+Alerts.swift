package import TocsinCore

extension MemoryPostgresNode: AlertStore {
  @discardableResult
  package func insert(_ alerts: [StoredAlert]) async throws(StoreError) -> InsertedAlerts {
    try await transaction { (state, _) throws(StoreError) in
      if let refused = alerts.first(where: { state.refusedCampaigns.contains($0.alert.entity.campaignID) }) {
        throw StoreError(
          .data, backend: "postgresql", message: "campaign \(refused.alert.entity.campaignID) is refused")
      }
      var inserted = InsertedAlerts(count: 0)
      for stored in alerts {
        let key = AlertKey(tenant: stored.tenant, id: stored.alert.alertID)
        guard state.alerts[key] == nil else { continue }
        state.alerts[key] = stored.alert
        inserted.count += 1
        for planned in stored.deliveries where state.deliveries[planned.id] == nil {
          state.deliveries[planned.id] = PostgresState.Queued(
            planned: planned, state: planned.waits ? .pending : .sending)
          inserted.withDeliveries.insert(stored.alert.alertID)
        }
      }
      return inserted
    }
  }

  package func alert(_ id: AlertID, tenant: Tenant) async throws(StoreError) -> Alert? {
    try await transaction { (state, _) in state.alerts[AlertKey(tenant: tenant, id: id)] }
  }

  package func alerts(_ keys: [AlertKey]) async throws(StoreError) -> [StoredAlert] {
    try await transaction { (state, _) in
      Set(keys).compactMap { key in state.alerts[key].map { StoredAlert(alert: $0, tenant: key.tenant) } }
    }
  }

  package func page(_ query: AlertQuery, tenant: Tenant) async throws(StoreError) -> StoredPage<Alert, AlertID> {
    try await transaction { (state, _) in
      let matching = state.newestFirst(tenant).filter { alert in
        query.filter.matches(alert) && (query.includesResolved || alert.resolution == nil)
          && (query.before.map { alert.alertID < $0 } ?? true)
      }
      return firstPage(matching, limit: query.limit, key: \.alertID)
    }
  }

  package func statistics(campaignID: String?, tenant: Tenant) async throws(StoreError) -> AlertStatistics {
    try await transaction { (state, _) in
      var counts = AlertStatistics()
      for alert in state.newestFirst(tenant) where campaignID == nil || alert.entity.campaignID == campaignID {
        counts.total += 1
        if alert.resolution == nil { counts.active += 1 } else { counts.resolved += 1 }
        if alert.acknowledgement != nil { counts.acknowledged += 1 }
        counts.byType[alert.alertType.rawValue, default: 0] += 1
        counts.bySeverity[alert.severity.rawValue, default: 0] += 1
      }
      return counts
    }
  }

  package func apply(
    _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant,
    plan: @Sendable (Alert) -> [PlannedDelivery]
  ) async throws(StoreError) -> AppliedAction? {
    try await transaction { (state, now) in
      let key = AlertKey(tenant: tenant, id: id)
      guard var alert = state.alerts[key] else { return nil }
      guard alert.state.after(action) != nil else { return AppliedAction(alert: alert, change: nil) }
      let mark = Alert.Mark(at: now, by: user)
      switch action {
      case .acknowledge: alert.acknowledgement = mark
      case .resolve: alert.resolution = mark
      }
      state.alerts[key] = alert
      var generator = SystemRandomNumberGenerator()
      let change = AlertChange(
        changeID: AlertID(at: now, using: &generator),
        envelope: EventEnvelope.change(action, alert: alert, user: user, at: now, tenant: tenant).encoded())
      state.unannounced.append((change, now))
      let hasDeliveries = state.deliveries.values.contains { $0.planned.alertID == id }
      let leased = hasDeliveries ? state.follow(action, of: id, with: plan(alert)) : []
      return AppliedAction(alert: alert, change: change, leased: leased)
    }
  }

  package func unannouncedChanges(
    olderThan milliseconds: Int64, limit: Int
  ) async throws(StoreError) -> [AlertChange] {
    try await transaction { (state, now) in
      let last = now.advanced(by: -milliseconds)
      return Array(state.unannounced.filter { $0.at <= last }.map(\.change).prefix(limit))
    }
  }

  package func announced(changes: [AlertID]) async throws(StoreError) {
    try await transaction { (state, _) in state.unannounced.removeAll { changes.contains($0.change.changeID) } }
  }

  /// Pages of two, so that a test with few cooldowns has several.
  package func runningCooldowns(
    of rules: RuleSnapshot, at now: Timestamp
  ) -> any AsyncSequence<[RunningCooldown], any Error> {
    MemoryCooldownPages(node: self, rules: rules, now: now)
  }

  package func newestAlert(
    ruleID: String, incarnation: String, entity: Entity, tenant: Tenant, since: Timestamp
  ) async throws(StoreError) -> AlertID? {
    try await transaction { (state, _) in
      state.newestFirst(tenant).first { alert in
        alert.ruleID == ruleID && alert.ruleIncarnation == incarnation && alert.entity == entity
          && alert.timestamp >= since
      }?.alertID
    }
  }

  package func checkWrites() async throws(StoreError) {
    try await transaction { (_, _) in }
  }
}

/// Running cooldowns, in pages; each page is a call of its own, `cooldowns(_:)`.
private struct MemoryCooldownPages: AsyncSequence {
  let node: MemoryPostgresNode
  let rules: RuleSnapshot
  let now: Timestamp

  func makeAsyncIterator() -> Iterator { Iterator(pages: self) }

  struct Iterator: AsyncIteratorProtocol {
    let pages: MemoryCooldownPages
    var taken = 0

    mutating func next() async throws -> [RunningCooldown]? {
      let start = taken
      let (rules, now) = (pages.rules, pages.now)
      let page = try await pages.node.transaction("cooldowns(_:)") { (state, _) in
        Array(state.runningCooldowns(of: rules, at: now).dropFirst(start).prefix(2))
      }
      taken += page.count
      return page.isEmpty ? nil : page
    }
  }
}

extension PostgresState {
  /// The alerts of a tenant.
  func newestFirst(_ tenant: Tenant) -> [Alert] {
    alerts.filter { $0.key.tenant == tenant }.map(\.value).sorted { $0.alertID > $1.alertID }
  }

  /// For each entity and rule the newest alert whose cooldown runs.
  func runningCooldowns(of rules: RuleSnapshot, at now: Timestamp) -> [RunningCooldown] {
    struct Place: Hashable {
      var ruleID: String
      var entity: Entity
    }
    return rules.rules.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { tenant, rules in
      let byID = Dictionary(rules.map { ($0.ruleID, $0) }, uniquingKeysWith: { $1 })
      var seen: Set<Place> = []
      return newestFirst(tenant).compactMap { alert -> RunningCooldown? in
        guard let rule = byID[alert.ruleID], rule.incarnation == alert.ruleIncarnation, rule.cooldownMinutes > 0,
          alert.timestamp.advanced(by: rule.cooldownMilliseconds) >= now,
          seen.insert(Place(ruleID: alert.ruleID, entity: alert.entity)).inserted
        else { return nil }
        return RunningCooldown(
          tenant: tenant, ruleID: rule.ruleID, incarnation: rule.incarnation, entity: alert.entity,
          alertID: alert.alertID, lengthMilliseconds: rule.cooldownMilliseconds)
      }
    }
  }

  /// Adds what is due to targets that know of the alert, or will; a resolution cancels first what nobody has seen.
  /// - Returns: the deliveries whose lease the node holds
  mutating func follow(_ action: AlertAction, of id: AlertID, with planned: [PlannedDelivery]) -> [PlannedDelivery] {
    if action == .resolve {
      for (key, queued) in deliveries
      where queued.planned.alertID == id && (queued.state == .pending || queued.state == .retrying) {
        deliveries[key]?.state = .cancelled
      }
    }
    var leased: [PlannedDelivery] = []
    for delivery in planned where deliveries[delivery.id] == nil {
      let earlier = deliveries.values.filter {
        $0.planned.alertID == id && $0.planned.target == delivery.target
          && $0.planned.cause.sequence < delivery.cause.sequence
      }
      guard earlier.contains(where: { !$0.state.isFinal || $0.state == .delivered }) else { continue }
      let waits = earlier.contains { !$0.state.isFinal }
      deliveries[delivery.id] = Queued(planned: delivery, state: waits ? .pending : .sending)
      if !waits { leased.append(delivery) }
    }
    return leased
  }
}
