import PostgresClient
import TocsinCore

/// Results of attempts as parameters: arrays of one length.
struct ResultRows {
  private let results: [DeliveryResult]

  init(_ results: [DeliveryResult]) {
    self.results = results
  }

  /// Their alerts.
  var alerts: AlertSet { AlertSet(results.map { AlertKey(tenant: $0.tenant, id: $0.alertID) }) }

  /// Tenant, delivery, new state, whether it may have arrived, microseconds until the next attempt, what went
  /// wrong, the entry of the history.
  var parameters: [PostgresValue] {
    [
      .textArray(results.map(\.tenant.rawValue)),
      .uuidArray(results.map(\.id.uuid)),
      .textArray(results.map { Self.state($0).rawValue }),
      .boolArray(results.map { $0.outcome.failure?.mayHaveArrived ?? true }),
      .int8Array(results.map(Self.wait)),
      .textArray(results.map { Self.error($0).map(Delivery.Attempt.storable) }),
      .jsonbArray(results.map { Delivery.Attempt.stored($0).bytes }),
    ]
  }

  private static func state(_ result: DeliveryResult) -> DeliveryState {
    switch result.settlement {
    case .delivered: .delivered
    case .retry: .retrying
    case .dead: .dead
    }
  }

  private static func wait(_ result: DeliveryResult) -> Int64 {
    guard case .retry(let wait) = result.settlement else { return 0 }
    return min(max(0, wait.wholeMicroseconds), longestWait)
  }

  /// A year: added to any time of this age the sum is a time of PostgreSQL's.
  private static let longestWait: Int64 = 31_536_000_000_000

  private static func error(_ result: DeliveryResult) -> String? {
    if case .dead(let reason) = result.settlement { return reason }
    return result.outcome.failure?.reason
  }
}

/// The fallbacks of results as parameters.
struct FallbackRows {
  private var rows: [(planned: PlannedDelivery, tenant: Tenant, source: DeliveryID)]

  init(_ results: [DeliveryResult]) {
    rows = results.flatMap { result in result.fallbacks.map { ($0, result.tenant, result.id) } }
  }

  var isEmpty: Bool { rows.isEmpty }

  /// Their alerts.
  var alerts: AlertSet { AlertSet(rows.map { AlertKey(tenant: $0.tenant, id: $0.planned.alertID) }) }

  /// Leaves out the others.
  mutating func keep(ofAlerts alerts: [AlertID]) {
    let kept = Set(alerts)
    rows.removeAll { !kept.contains($0.planned.alertID) }
  }

  /// Those of ``PlannedRows``, and the deliveries that they are fallbacks of.
  var parameters: [PostgresValue] {
    var planned = PlannedRows()
    for row in rows { planned.append(row.planned, tenant: row.tenant) }
    return planned.parameters + [.uuidArray(rows.map(\.source.uuid))]
  }
}
