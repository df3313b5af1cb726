import PostgresClient
import TestLog
import Testing
import TocsinCore

@testable import TocsinPostgres

/// Deliveries that a newer release wrote, or other hands.
@Suite struct ForeignDeliveryTests {
  /// What other hands can write into `history`, and how many attempts are read of it.
  static let histories: [(String, Int)] = [
    (#"[{"number": 1, "at": 9223372036854775807, "node": "a", "outcome": "retryable", "milliseconds": 3}]"#, 1),
    (#"[{"number": -9, "at": -9223372036854775808, "node": "", "outcome": "", "milliseconds": -9}]"#, 1),
    (#"[{"number": 1e400, "at": 1, "node": "a", "outcome": "retryable", "milliseconds": 3}]"#, 0),
    (#"[{"number": 1.5, "at": 1, "node": "a", "outcome": "retryable", "milliseconds": 3}]"#, 0),
    (#"[7, null, {}, {"number": 1, "at": 5, "node": "a", "outcome": "retryable", "milliseconds": 3}]"#, 1),
    (#"{"a": 1}"#, 0), ("7", 0), ("null", 0), ("[]", 0),
  ]

  @Test(arguments: histories) func theHistoryHoldsWhatCanBeRead(_ history: String, count: Int) async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      let planned = PlannedDelivery(alert)
      try await stores.run("UPDATE delivery_queue SET history = '\(history)'")
      #expect(try await stores.row(planned).history.count == count)
      // A further attempt is written down nevertheless.
      #expect(try await stores.deliveries.complete([planned.retry()]).isEmpty)
      let row = try await stores.row(planned)
      #expect(row.attempts == 1)
      // A number that no double holds makes the whole text none that can be read.
      if !history.contains("1e400") { #expect(row.history.last?.outcome == "retryable") }
    }
  }

  @Test func aListLeavesOutWhatItCannotReadAndTellsOnce() async throws {
    try await TestDatabase.with { stores in
      let capture = LogLines()
      let store = PostgresDeliveryStore(
        writers: stores.pool, readers: stores.pool, node: "a", logger: capture.logger)
      var alerts: [Alert] = []
      for _ in 0..<5 { alerts.append(try await stores.fire(to: "ops")) }
      let planned = alerts.sorted { $0.alertID > $1.alertID }.map { PlannedDelivery($0) }
      try await stores.run("UPDATE delivery_queue SET cause = 'escalated' WHERE delivery_id = '\(planned[0].id)'")
      try await stores.run(
        "UPDATE delivery_queue SET state = 'parked', locked_by = NULL WHERE delivery_id = '\(planned[1].id)'")
      for _ in 0..<3 {
        let there = try await store.deliveries(DeliveryQuery(limit: 2), tenant: .standard)
        #expect(there.map(\.planned) == Array(planned[2...3]))
      }
      #expect(capture.lines.count == 2, "\(capture.lines)")
      await expectForeign { try await store.delivery(planned[0].id, tenant: .standard) }
      await expectForeign { try await store.delivery(planned[1].id, tenant: .standard) }
      #expect(try await store.delivery(planned[4].id, tenant: .standard)?.planned == planned[4])
    }
  }

  @Test func whatANodeCannotSendIsLeftForOthers() async throws {
    try await TestDatabase.with { stores in
      var planned: [PlannedDelivery] = []
      for _ in 0..<4 { planned.append(PlannedDelivery(try await stores.fire(to: "ops"))) }
      try await stores.passAnHour()
      try await stores.run("UPDATE delivery_queue SET cause = 'escalated' WHERE delivery_id = '\(planned[0].id)'")
      try await stores.run(
        "UPDATE delivery_queue SET state = 'parked', locked_by = NULL WHERE delivery_id = '\(planned[1].id)'")
      try await stores.run("UPDATE alerts SET alert_type = 'spend_spike' WHERE alert_id = '\(planned[2].alertID)'")
      try await stores.run("UPDATE delivery_queue SET state = 'pending', locked_by = NULL WHERE cause <> 'escalated'")
      try await stores.run(
        "UPDATE delivery_queue SET state = 'parked' WHERE delivery_id = '\(planned[1].id)'")
      #expect(try await stores.other.lease(10, for: ["ops"]).map(\.planned) == [planned[3]])
      let untouched = try await stores.number("SELECT count(*) FROM delivery_queue WHERE due_at < clock_timestamp()")
      #expect(untouched == 2)
      // The third one is released: nobody holds it, and no attempt counts as made.
      let released = try await stores.number(
        """
        SELECT count(*) FROM delivery_queue WHERE state = 'pending' AND locked_by IS NULL AND NOT arrived
          AND delivery_id = '\(planned[2].id)' AND due_at > clock_timestamp()
        """)
      #expect(released == 1)
    }
  }

  @Test(arguments: [
    "patience_from = '-infinity'", "patience_from = 'infinity'", "patience_from = '4713-01-01 BC'",
    "attempts = 2147483647", "attempts = -2147483648", "created_at = 'infinity'", "channel = ''",
    "last_error = NULL", "history = '3'",
  ])
  func oneRowKeepsNoOtherFromBeingSent(_ change: String) async throws {
    try await TestDatabase.with { stores in
      let odd = PlannedDelivery(try await stores.fire(to: "ops"))
      let plain = PlannedDelivery(try await stores.fire(to: "ops"))
      try await stores.passAnHour()
      try await stores.run("UPDATE delivery_queue SET \(change) WHERE delivery_id = '\(odd.id)'")
      #expect(try await stores.deliveries.backlog().unfinished == 2)
      let taken = try await stores.other.lease(10, for: ["ops"])
      #expect(taken.map(\.planned.id).contains(plain.id) && taken.allSatisfy { $0.ageMilliseconds >= 0 })
      _ = try await stores.other.complete([odd.retry(), plain.result()])
      #expect(try await stores.row(plain).state == .delivered)
      #expect(try await stores.deliveries.deliveries(DeliveryQuery(), tenant: .standard).count == 2)
      _ = try await stores.alerts.alerts(AlertQuery(), tenant: .standard)
      _ = try await stores.alerts.alert(odd.alertID, tenant: .standard)
    }
  }

  @Test func namesThatAreEmptyAreRead() async throws {
    try await TestDatabase.with { stores in
      let alert = try await stores.fire(to: "ops")
      try await stores.run("UPDATE delivery_queue SET state = '', channel = '', locked_by = NULL")
      #expect(try await stores.status(alert) == [:])
      #expect(try await stores.alerts.alerts(AlertQuery(), tenant: .standard).count == 1)
    }
  }

  @Test func waitsThatNoTimestampHoldsAreCut() async throws {
    try await TestDatabase.with { stores in
      let planned = PlannedDelivery(try await stores.fire(to: "ops"))
      let endless = planned.result(
        .retryable(DeliveryFailure("busy"), after: .seconds(Int64.max)), .retry(after: .seconds(Int64.max)))
      _ = try await stores.deliveries.complete([endless])
      #expect(try await stores.row(planned).state == .retrying)
    }
  }
}
