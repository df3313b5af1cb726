import PostgresClient
package import TocsinCore

extension PostgresAlertStore {
  /// Reads the alert, then changes it by one statement that looks at its state again: of many at once the row's lock
  /// lets one through, the others find it changed. The time of the mark is PostgreSQL's.
  ///
  /// An alert of which nobody was told when it fired has no deliveries and gets none, so that one statement is all;
  /// otherwise others follow in the same transaction (``changeWithDeliveries(_:by:change:_:planned:tenant:)``).
  package func apply(
    _ action: AlertAction, to id: AlertID, by user: String?, tenant: Tenant,
    plan: @Sendable (Alert) -> [PlannedDelivery]
  ) async throws(StoreError) -> AppliedAction? {
    guard let current = try await current(id, tenant: tenant) else { return nil }
    let (alert, now) = (current.alert, current.now)
    guard alert.state.after(action) != nil else { return AppliedAction(alert: alert, change: nil) }
    var changed = alert
    let mark = Alert.Mark(at: now, by: user)
    switch action {
    case .acknowledge: changed.acknowledgement = mark
    case .resolve: changed.resolution = mark
    }
    var generator = SystemRandomNumberGenerator()
    let change = AlertChange(
      changeID: AlertID(at: now, using: &generator),
      envelope: EventEnvelope.change(action, alert: changed, user: user, at: now, tenant: tenant).encoded())
    let parameters: [PostgresValue] = [
      .text(tenant.rawValue), .uuid(id.uuid), .timestamptz(now.microseconds), user.map { .text($0) } ?? .null,
      .uuid(change.changeID.uuid), .text(String(decoding: change.envelope, as: UTF8.self)),
    ]
    let applied: AppliedAction?
    if current.hasDeliveries {
      applied = try await changeWithDeliveries(
        changed, by: action, change: change, parameters, planned: plan(changed), tenant: tenant)
    } else {
      let rows = try await writers.run(Self.changing(action), parameters).rows
      do { applied = try Self.applied(change, to: changed, rows.first) } catch { throw StoreError(wrapping: error) }
    }
    if let applied { return applied }
    // Somebody else was faster: what is there now.
    return try await self.current(id, tenant: tenant).map { AppliedAction(alert: $0.alert, change: nil) }
  }

  /// What became of the change, from the row that its statement gave; nil where it gave none.
  static func applied(_ change: AlertChange, to alert: Alert, _ row: PostgresRow?) throws -> AppliedAction? {
    guard let row else { return nil }
    var alert = alert
    alert.acknowledgement = try AlertColumns.mark(row, 0)
    alert.resolution = try AlertColumns.mark(row, 2)
    return AppliedAction(alert: alert, change: change)
  }

  package func unannouncedChanges(
    olderThan milliseconds: Int64, limit: Int
  ) async throws(StoreError) -> [AlertChange] {
    let parameters: [PostgresValue] = [.int8(milliseconds), .int8(Int64(limit))]
    return try await writers.rows(Statements.alertChanges, parameters) { row in
      AlertChange(changeID: AlertID(try row.uuid(0)), envelope: Array(try row.text(1).utf8))
    }
  }

  package func announced(changes: [AlertID]) async throws(StoreError) {
    guard !changes.isEmpty else { return }
    _ = try await writers.run(Statements.alertChangesAnnounced, [.uuidArray(changes.map(\.uuid))])
  }

  /// The alert as it is, PostgreSQL's time, and whether there are deliveries of it.
  private func current(
    _ id: AlertID, tenant: Tenant
  ) async throws(StoreError) -> (alert: Alert, now: Timestamp, hasDeliveries: Bool)? {
    try await writers.rows(Statements.alertCurrent, [.text(tenant.rawValue), .uuid(id.uuid)]) { row in
      (
        try Alert.withStatus(row), Timestamp(microseconds: try row.timestamptz(AlertColumns.count + 1)),
        try row.bool(AlertColumns.count + 2)
      )
    }.first
  }

  /// The statement that changes an alert.
  static func changing(_ action: AlertAction) -> PostgresStatement {
    switch action {
    case .acknowledge: Statements.alertAcknowledge
    case .resolve: Statements.alertResolve
    }
  }
}
