import TocsinCore

/// The way back in time through one tenant's alerts, as far as any of its rules' cooldowns reaches. Does no I/O.
struct CooldownWalk {
  /// What is needed of an alert.
  struct Row: Hashable {
    var alertID: AlertID
    var ruleID: String
    var incarnation: String
    var entity: Entity
  }

  /// The page to read next.
  struct Request: Hashable {
    var from: AlertID
    var before: AlertID
    var ruleIDs: [String]
  }

  let tenant: Tenant
  private let rules: [String: AlertRule]
  private let now: Timestamp
  private var before = AlertID.highest
  private var seen: Set<Int> = []
  private var isFinished = false

  /// A walk from the newest alert on.
  init(of rules: [AlertRule], tenant: Tenant, at now: Timestamp) {
    self.tenant = tenant
    self.now = now
    self.rules = Dictionary(
      rules.filter { $0.cooldownMinutes > 0 }.map { ($0.ruleID, $0) }, uniquingKeysWith: { $1 })
  }

  /// The next page: of those rules whose cooldown reaches back as far as the walk has come. Nil at the end.
  var request: Request? {
    guard !isFinished else { return nil }
    let open = rules.values.filter { start(of: $0) < before }
    guard let lowest = open.map({ start(of: $0) }).min() else { return nil }
    return Request(from: lowest, before: before, ruleIDs: open.map(\.ruleID).sorted())
  }

  /// Those of a page's alerts that began a cooldown which still runs, each entity and rule once.
  mutating func take(_ rows: [Row], isLast: Bool) -> [RunningCooldown] {
    isFinished = isLast
    if let last = rows.last { before = last.alertID }
    return rows.compactMap { row in
      guard let rule = rules[row.ruleID], rule.incarnation == row.incarnation, row.alertID >= start(of: rule) else {
        return nil
      }
      var hasher = Hasher()
      hasher.combine(row.ruleID)
      hasher.combine(row.entity)
      guard seen.insert(hasher.finalize()).inserted else { return nil }
      return RunningCooldown(
        tenant: tenant, ruleID: row.ruleID, incarnation: row.incarnation, entity: row.entity, alertID: row.alertID,
        lengthMilliseconds: rule.cooldownMilliseconds)
    }
  }

  /// The lowest id whose cooldown has not passed.
  private func start(of rule: AlertRule) -> AlertID {
    AlertID(lowerBound: now.advanced(by: -rule.cooldownMilliseconds))
  }
}
