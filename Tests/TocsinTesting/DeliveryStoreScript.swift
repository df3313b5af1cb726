package import TocsinCore
import TocsinJSON

/// What a `DeliveryStore` promises, played through and told line by line: PostgreSQL and the memory twin tell the same.
package struct DeliveryStoreScript: Sendable {
  private let first: any DeliveryStore
  private let second: any DeliveryStore
  private let now: @Sendable () async throws -> Timestamp
  private let insert: @Sendable ([StoredAlert]) async throws -> Void
  private let passAnHour: @Sendable () async throws -> Void

  /// - Parameters:
  ///   - first: the store of the node that inserts
  ///   - second: the store of another node
  ///   - now: the server's time
  ///   - insert: inserts alerts with their deliveries
  ///   - passAnHour: lets leases run out, and what waits be due
  package init(
    first: any DeliveryStore, second: any DeliveryStore, now: @escaping @Sendable () async throws -> Timestamp,
    insert: @escaping @Sendable ([StoredAlert]) async throws -> Void,
    passAnHour: @escaping @Sendable () async throws -> Void
  ) {
    self.first = first
    self.second = second
    self.now = now
    self.insert = insert
    self.passAnHour = passAnHour
  }

  private static let ops = TargetName(receiver: "ops", target: "one")
  private static let opsToo = TargetName(receiver: "ops", target: "two")
  private static let boss = TargetName(receiver: "boss", target: "one")
  private static let night = TargetName(receiver: "night", target: "one")

  /// Plays on an empty store.
  package func play() async throws -> [String] {
    try await leases() + ends() + moves() + targets()
  }

  /// What ``play()`` tells.
  package static let told = [
    "second leases boss/one", "first renews ops/one", "second renews boss/one",
    "a result of the second: nothing changes", "ops/one sending 0", "a result of the first: nothing changes",
    "ops/one retrying 1", "second leases ", "second leases ops/one", "it arrived all the same: slack=true",
    "ops/one delivered 2", "a late failure: nothing changes", "ops/one delivered 2",
    "boss/one is released: boss/one pending 0", "first leases boss/one",
    "given up with fallbacks: email=false slack=true", "boss/one dead 1", "night/one pending 0", "3 deliveries",
    "replayed 1: boss/one pending 0", "replayed again 0", "first leases boss/one", "delivered: email=true slack=true",
    "moved fired ops/one", "ops/one is now ops/two pending 0", "second leases ops/two", "moved ",
    "disabled ops/one: gone", "enabled", "waiting: night/one ops/one ops/two", "unknown 1 of 1", "night/one dead 0",
    "backlog 3 unfinished, 1 dead",
  ]

  private func leases() async throws -> [String] {
    let (_, planned) = try await fire(.standard, [(Self.ops, .slack, false), (Self.boss, .email, true)])
    let (ops, boss) = (planned[0], planned[1])
    var lines = [try await lease(second, "second", Self.ops, Self.boss)]
    for (store, name) in [(first, "first"), (second, "second")] {
      let kept = try await store.renew([ops.id, boss.id])
      lines.append("\(name) renews " + planned.filter { kept.contains($0.id) }.map(\.target.description).joined())
    }
    let away = DeliveryOutcome.retryable(DeliveryFailure("away", mayHaveArrived: false))
    let retry = result(ops, away, .retry(after: .seconds(60)))
    lines.append("a result of the second: " + text(try await second.complete([retry])))
    lines.append(try await row(ops))
    lines.append("a result of the first: " + text(try await first.complete([retry])))
    lines.append(try await row(ops))
    lines.append(try await lease(second, "second", Self.ops))
    try await passAnHour()
    lines.append(try await lease(second, "second", Self.ops))
    lines.append(
      "it arrived all the same: "
        + text(try await first.complete([result(ops, .delivered(status: 200), .delivered)])))
    lines.append(try await row(ops))
    let dead = result(ops, .permanent(DeliveryFailure("no")), .dead("no"))
    lines.append("a late failure: " + text(try await second.complete([dead])))
    lines.append(try await row(ops))
    return lines + (try await fallbacks(ops, boss))
  }

  private func fallbacks(_ ops: PlannedDelivery, _ boss: PlannedDelivery) async throws -> [String] {
    try await second.release([boss.id], afterMilliseconds: 0)
    var lines = ["boss/one is released: " + (try await row(boss)), try await lease(first, "first", Self.boss)]
    let night = PlannedDelivery(alertID: boss.alertID, cause: .fallback, target: Self.night, channel: .webhook)
    let known = PlannedDelivery(alertID: boss.alertID, cause: .fallback, target: Self.ops, channel: .slack)
    let dead = result(boss, .permanent(DeliveryFailure("no")), .dead("no"), fallbacks: [night, known])
    lines.append("given up with fallbacks: " + text(try await first.complete([dead])))
    lines += [try await row(boss), try await row(night)]
    let page = try await first.page(DeliveryQuery(alertID: boss.alertID), tenant: .standard)
    return lines + ["\(page.elements.count) deliveries"]
  }

  private func ends() async throws -> [String] {
    let boss = DeliveryQuery(receiver: "boss")
    let replayed = try await first.replay(boss, limit: 10, tenant: .standard)
    let planned = try await first.page(boss, tenant: .standard).elements.map(\.planned)
    var lines = ["replayed \(replayed.count): " + (try await row(planned[0]))]
    lines.append("replayed again \(try await first.replay(boss, limit: 10, tenant: .standard).count)")
    lines.append(try await lease(first, "first", Self.boss))
    let delivered = result(planned[0], .delivered(status: 200), .delivered)
    return lines + ["delivered: " + text(try await first.complete([delivered]))]
  }

  private func moves() async throws -> [String] {
    var lines: [String] = []
    for others in [[], [(Self.opsToo, DeliveryChannel.slack, true)]] {
      let (alert, planned) = try await fire(.standard, [(Self.ops, .slack, false)] + others)
      let leased = LeasedDelivery(planned: planned[0], alert: alert, tenant: .standard)
      let moved = try await first.retarget([leased], to: Self.opsToo, told: [.fired])
      lines.append("moved " + planned.filter { moved.contains($0.id) }.map { "\($0.cause) \($0.target)" }.joined())
      if moved.isEmpty { continue }
      lines.append("ops/one is now " + (try await row(planned[0])))
      lines.append(try await lease(second, "second", Self.opsToo))
    }
    return lines
  }

  private func targets() async throws -> [String] {
    try await first.disable(Self.ops, reason: "gone")
    try await second.disable(Self.ops, reason: "another reason")
    var lines = try await first.disabledTargets().map { "disabled \($0.key): \($0.value)" }
    try await first.disable(Self.ops, reason: nil)
    if try await second.disabledTargets().isEmpty { lines.append("enabled") }
    lines.append(
      "waiting: " + (try await first.queuedTargets()).sorted().map(\.description).joined(separator: " "))
    try await passAnHour()
    let unknown = try await first.reportReceivers(["ops", "boss"], unknownAfterMilliseconds: 1_800_000)
    lines.append("unknown \(unknown.count) of \(unknown.alerts.count)")
    for delivery in try await first.page(DeliveryQuery(receiver: "night"), tenant: .standard).elements {
      lines.append(try await row(delivery.planned))
    }
    let backlog = try await first.backlog()
    return lines + ["backlog \(backlog.unfinished) unfinished, \(backlog.dead) dead"]
  }

  /// Inserts an alert that fires now, with a delivery to each of these targets; some wait.
  private func fire(
    _ tenant: Tenant, _ targets: [(TargetName, DeliveryChannel, waits: Bool)]
  ) async throws -> (Alert, [PlannedDelivery]) {
    var generator = SystemRandomNumberGenerator()
    let alert = Alert(
      alertID: AlertID(at: try await now(), using: &generator), ruleID: "r", alertType: .roasDrop, severity: .high,
      title: "", message: "", entity: Entity(campaignID: "c", adID: ""), campaignName: "", metricName: "roas",
      metricValue: 1, thresholdValue: 2, details: [:])
    let planned = targets.map { target, channel, waits in
      var planned = PlannedDelivery(alertID: alert.alertID, cause: .fired, target: target, channel: channel)
      planned.waits = waits
      return planned
    }
    try await insert([StoredAlert(alert: alert, tenant: tenant, deliveries: planned)])
    return (alert, planned)
  }

  private func result(
    _ planned: PlannedDelivery, _ outcome: DeliveryOutcome, _ settlement: RetryPolicy.Settlement,
    fallbacks: [PlannedDelivery] = []
  ) -> DeliveryResult {
    DeliveryResult(
      id: planned.id, alertID: planned.alertID, tenant: .standard, outcome: outcome, settlement: settlement,
      milliseconds: 1, fallbacks: fallbacks)
  }

  private func lease(_ store: any DeliveryStore, _ name: String, _ targets: TargetName...) async throws -> String {
    let leased = try await store.lease(10, of: targets.map { WantedDeliveries($0, limit: 10) })
    return "\(name) leases " + leased.deliveries.map(\.planned.target.description).sorted().joined(separator: " ")
  }

  private func row(_ planned: PlannedDelivery) async throws -> String {
    guard let row = try await first.delivery(planned.id, tenant: .standard) else { return "no row" }
    return "\(row.planned.target) \(row.state.rawValue) \(row.attempts)"
  }

  private func text(_ changes: [StatusChange]) -> String {
    if changes.isEmpty { return "nothing changes" }
    return changes.flatMap(\.status.channels).map { "\($0.name)=\($0.isReached)" }.joined(separator: " ")
  }
}
