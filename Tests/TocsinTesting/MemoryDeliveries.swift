package import TocsinCore

/// What PostgreSQL keeps of deliveries, in memory: the stores of several nodes share it (``MemoryDeliveryStore``).
package final class MemoryDeliveries: Sendable {
  /// A row of a delivery.
  package struct Row: Sendable {
    package var tenant: Tenant
    package var planned: PlannedDelivery
    package var state: DeliveryState
    package var lockedBy: String?
    package var dueAt: Timestamp
    package var attempts = 0
    /// Whether it may have got as far as the other side.
    package var arrived = false
    package var createdAt: Timestamp
    /// When it was committed, or replayed.
    package var patienceFrom: Timestamp
    package var finishedAt: Timestamp?
    package var lastError: String?
    package var history: [Delivery.Attempt] = []
    package var progress = DeliveryProgress()

    var alert: AlertKey { AlertKey(tenant: tenant, id: planned.alertID) }
    var isOpen: Bool { !state.isFinal }

    /// Makes it final.
    mutating func end(_ state: DeliveryState, at now: Timestamp, error: String? = nil) {
      self.state = state
      finishedAt = now
      lockedBy = nil
      if let error { lastError = error }
    }

    /// Lets anybody have it from that moment on.
    mutating func release(at due: Timestamp) {
      lockedBy = nil
      dueAt = due
      state = attempts == 0 ? .pending : .retrying
    }
  }

  /// Everything that is kept.
  package struct Tables: Sendable {
    package var rows: [DeliveryID: Row] = [:]
    package var alerts: [AlertKey: Alert] = [:]
    package var disabled: [TargetName: String] = [:]
    /// When a node last said that it knows a receiver.
    package var receivers: [String: Timestamp] = [:]

    /// Of these deliveries that tell of the firing, what they say in the alert's status.
    func status(of alert: AlertKey) -> NotificationStatus {
      var tally = NotificationStatus.Tally()
      for row in rows.values where row.alert == alert && row.planned.cause.tellsOfFiring {
        tally.add(row.state, on: row.planned.channel)
      }
      return tally.status
    }

    /// Whether an earlier delivery of the alert to the same target is unfinished.
    func isBehindAnother(_ row: Row) -> Bool {
      rows.values.contains {
        $0.isOpen && $0.alert == row.alert && $0.planned.target == row.planned.target
          && $0.planned.cause.sequence < row.planned.cause.sequence
      }
    }
  }

  /// What is kept; tests wait on it.
  package let tables = Watched(Tables())
  private let clock: ManualClock

  /// An empty database whose time is that of the clock.
  package init(clock: ManualClock) {
    self.clock = clock
  }

  /// The server's time.
  package var now: Timestamp { clock.timestamp }

  /// Inserts alerts with their deliveries, leased to that node but for those that are to wait.
  package func insert(_ alerts: [StoredAlert], node: String, lease: Duration) -> InsertedAlerts {
    let now = now
    return tables.change { tables in
      var inserted = InsertedAlerts(count: 0)
      for stored in alerts {
        let key = AlertKey(tenant: stored.tenant, id: stored.alert.alertID)
        if tables.alerts[key] != nil { continue }
        tables.alerts[key] = stored.alert
        inserted.count += 1
        if !stored.deliveries.isEmpty { inserted.withDeliveries.insert(key.id) }
        for planned in stored.deliveries {
          tables.rows[planned.id] = Row(
            tenant: stored.tenant, planned: planned, state: planned.waits ? .pending : .sending,
            lockedBy: planned.waits ? nil : node,
            dueAt: planned.waits ? now : now.advanced(by: lease.wholeMilliseconds), createdAt: now, patienceFrom: now)
        }
      }
      return inserted
    }
  }
}

extension Duration {
  /// The duration in milliseconds, rounded down.
  package var wholeMilliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
