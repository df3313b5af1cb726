import Foundation
import Fuzzing
import PostgresClient
import Testing
import TocsinCore

@testable import TocsinPostgres

/// Writes what other hands could into rows, and reads: one row after the other is spoiled, and those that nobody touched
/// are read and sent all the same. Long by `make fuzz`.
@Suite struct RowFuzzTests {
  private static let texts = [
    "''", "' '", "'x'", "'🌷'", "repeat('a', 70000)", "'spend_spike'", "'sending'", "'delivered'", "E'\\n\\t'", "NULL",
  ]
  private static let numbers = ["0", "-1", "32767", "2147483647", "-2147483648", "9223372036854775807", "NULL"]
  private static let doubles = [
    "'NaN'", "'Infinity'", "'-Infinity'", "1.7976931348623157e308", "5e-324", "-0.0", "NULL",
  ]
  private static let times = [
    "'infinity'", "'-infinity'", "'294276-12-31 23:59:59.999999'", "'4713-01-01 BC'", "'epoch'", "NULL",
  ]
  private static let documents = [
    "'null'", "'7'", "'[]'", "'{}'", "'\"text\"'", "'1e400'", "'{\"a\": 1e400}'", "'[[[[[]]]]]'", "'[null, 7, {}]'",
    "'[{\"number\": 1, \"at\": 9223372036854775807, \"node\": \"a\", \"outcome\": \"x\", \"milliseconds\": -1}]'",
    "'{\"email\": 7}'", "(repeat('[', 200) || repeat(']', 200))::jsonb", "NULL",
  ]

  private static let columns: [(table: String, key: String, column: String, values: [String])] =
    ["alert_type", "severity", "title", "campaign_name", "ad_id", "metric_name", "rule_id", "acknowledged_by"].map {
      ("alerts", "alert_id", $0, texts)
    }
    + ["metric_value", "threshold_value"].map { ("alerts", "alert_id", $0, doubles) }
    + ["details", "notification_status"].map { ("alerts", "alert_id", $0, documents) }
    + ["acknowledged_at", "resolved_at"].map { ("alerts", "alert_id", $0, times) }
    + ["cause", "state", "channel", "last_error"].map { ("delivery_queue", "alert_id", $0, texts) }
    + ["attempts", "sequence"].map { ("delivery_queue", "alert_id", $0, numbers) }
    + ["created_at", "patience_from"].map { ("delivery_queue", "alert_id", $0, times) }
    + [("delivery_queue", "alert_id", "history", documents)]
    + ["rule", "version"].map { ("rules", "rule_id", $0, $0 == "rule" ? documents : numbers) }
    + ["fired", "acknowledged", "resolved"].map { ("alert_rollups", "slot", $0, numbers) }

  @Test func whatIsSpoiledIsInNobodysWay() async throws {
    let environment = ProcessInfo.processInfo.environment
    let rounds = 60 * (environment["TOCSIN_FUZZ_FACTOR"].flatMap { Int($0) } ?? 1)
    let seed = environment["TOCSIN_FUZZ_SEED"].flatMap { UInt64($0) } ?? 11
    try await TestDatabase.with { stores in
      var generator = SeededGenerator(seed: seed)
      for id in ["clean", "odd"] {
        _ = try await stores.rules.save(
          AlertRule(ruleID: id, name: id, alertType: .roasDrop, severity: .high), tenant: .standard, actor: "ana")
      }
      for round in 0..<rounds {
        let odd = try await stores.fire(to: "ops")
        let clean = try await stores.fire(to: "ops")
        for _ in 0..<3 {
          let (table, key, column, values) = Self.columns.randomElement(using: &generator)!
          let value = values.randomElement(using: &generator)!
          let row = table == "rules" ? "'odd'" : table == "alert_rollups" ? "slot" : "'\(odd.alertID)'"
          // What the table itself refuses cannot be there.
          try? await stores.run("UPDATE \(table) SET \(column) = \(value) WHERE \(key) = \(row)")
        }
        try await read(stores, clean, round)
      }
    }
  }

  private func read(_ stores: Stores, _ clean: Alert, _ round: Int) async throws {
    let comment: Comment = "round \(round)"
    let list = try await stores.alerts.alerts(AlertQuery(limit: 10), tenant: .standard)
    #expect(list.contains(clean), comment)
    _ = try await stores.alerts.statistics(campaignID: nil, tenant: .standard)
    let rules = try await stores.rules.snapshot()
    #expect(rules.rules[.standard]?.contains { $0.ruleID == "clean" } == true, comment)
    #expect((rules.rules[.standard]?.count ?? 0) + rules.foreign.count == 2, comment)
    let planned = PlannedDelivery(clean)
    let deliveries = try await stores.deliveries.deliveries(DeliveryQuery(limit: 10), tenant: .standard)
    #expect(deliveries.contains { $0.planned == planned }, comment)
    _ = try await stores.deliveries.backlog()
    try await stores.passAnHour()
    let taken = try await stores.other.lease(1000, for: ["ops"])
    #expect(taken.contains { $0.planned == planned && $0.ageMilliseconds >= 0 }, comment)
    _ = try await stores.other.complete(
      taken.map { $0.planned.id == planned.id ? planned.result() : $0.planned.retry() })
    #expect(try await stores.row(planned).state == .delivered, comment)
    let resolved = try await stores.alerts.apply(.resolve, to: clean.alertID, by: "ana", tenant: .standard)
    #expect(resolved?.change != nil, comment)
  }
}
