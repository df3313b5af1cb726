import Fuzzing
import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct DeliveryListTests {
  /// A history over ten days: three receivers, every state; newest first.
  private func history(_ count: Int, in stores: Stores) async throws -> [Delivery] {
    let now = try await stores.now()
    var generator = SeededGenerator(seed: 3)
    let stored = (0..<count).map { _ in
      // Few moments, so that alerts of one millisecond are among them.
      let alert = Samples.alert(at: now.advanced(by: -Int64.random(in: 0..<20, using: &generator) * 40_000_000))
      return StoredAlert(
        alert: alert, tenant: .standard,
        deliveries: ["ops", "boss", "night"].shuffled(using: &generator).prefix(2).map {
          PlannedDelivery(alert, to: $0)
        })
    }
    try await stores.alerts.insert(stored)
    for (number, state) in DeliveryState.allCases.enumerated() {
      let some = "abs(hashtext(delivery_id::text)) % 6 = \(number)"
      if state.isFinal {
        try await stores.run(
          """
          WITH ended AS (DELETE FROM delivery_queue d WHERE \(some) RETURNING \(DeliveryColumns.moved(of: "d")))
          INSERT INTO deliveries (\(DeliveryColumns.moved), state, finished_at)
          SELECT *, '\(state)', clock_timestamp() FROM ended
          """)
      } else {
        let holder = state == .sending ? "'a'" : "NULL"
        try await stores.run("UPDATE delivery_queue SET state = '\(state)', locked_by = \(holder) WHERE \(some)")
      }
    }
    let alert = Samples.alert(at: now)
    let foreign = StoredAlert(alert: alert, tenant: Tenant(rawValue: "other"), deliveries: [PlannedDelivery(alert)])
    try await stores.alerts.insert([foreign])
    let rows = try await stores.deliveries.deliveries(DeliveryQuery(limit: 1001), tenant: .standard)
    #expect(rows.count == count * 2)
    return rows.sorted { ($0.planned.alertID, $0.planned.id) > ($1.planned.alertID, $1.planned.id) }
  }

  @Test func everyQueryGivesWhatMatchesNewestFirst() async throws {
    try await TestDatabase.with { stores in
      let all = try await history(200, in: stores)
      #expect(Set(all.map(\.state)).count == 6)
      for receiver in [nil, "ops", "unknown"] {
        for state in [nil] + DeliveryState.allCases {
          for alertID in [nil, all[50].planned.alertID] {
            for (before, limit) in [(nil, 1001), (all[100].planned.id, 20)] {
              let query = DeliveryQuery(
                alertID: alertID, receiver: receiver, state: state, before: before, limit: limit)
              let from = before == nil ? 0 : 101
              let expected = all[from...].filter {
                $0.planned.target.receiver == receiver ?? $0.planned.target.receiver && $0.state == state ?? $0.state
                  && $0.planned.alertID == alertID ?? $0.planned.alertID
              }.prefix(limit)
              let found = try await stores.deliveries.deliveries(query, tenant: .standard)
              #expect(found == Array(expected), "\(query)")
            }
          }
        }
      }
      let moments = Array(Set(all.map(\.planned.alertID.timestamp))).sorted()
      for states in [[], [DeliveryState.delivered, .dead], [.pending, .cancelled, .sending]] {
        for (since, until) in [(moments[3], nil), (nil, moments[9]), (moments[3], moments[9])]
          as [(Timestamp?, Timestamp?)]
        {
          let query = DeliveryQuery(states: states, since: since, until: until, limit: 1001)
          let expected = all.filter {
            (states.isEmpty || states.contains($0.state)) && since ?? moments[0] <= $0.planned.alertID.timestamp
              && (until.map { [at = $0.planned.alertID.timestamp] in at < $0 } ?? true)
          }
          #expect(try await stores.deliveries.deliveries(query, tenant: .standard) == expected, "\(query)")
        }
      }
      let one = try await stores.deliveries.deliveries(DeliveryQuery(id: all[7].planned.id), tenant: .standard)
      #expect(one == [all[7]])
    }
  }

  @Test func aListOfCampaigns() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      var expected: [(campaign: String, id: DeliveryID)] = []
      for number in (0..<12 as Range<Int64>).reversed() {
        let campaign = "c\(number % 3)"
        let alert = Samples.alert(at: now.advanced(by: -number * 40_000_000), campaign: campaign)
        let planned = PlannedDelivery(alert)
        try await stores.alerts.insert([StoredAlert(alert: alert, tenant: .standard, deliveries: [planned])])
        // Some are final, some are not.
        if number % 2 == 0 { _ = try await stores.deliveries.complete([planned.dead()]) }
        expected.insert((campaign, planned.id), at: 0)
      }
      for campaigns in [["c1"], ["c0", "c2"], ["c9"], ["c1", "c9"]] {
        var query = DeliveryQuery(campaignIDs: campaigns, states: [], limit: 3)
        var found: [DeliveryID] = []
        while true {
          let page = try await stores.deliveries.deliveries(query, tenant: .standard)
          found += page.map(\.planned.id)
          guard let last = page.last else { break }
          query.before = last.planned.id
        }
        #expect(found == expected.filter { campaigns.contains($0.campaign) }.map(\.id), "\(campaigns)")
      }
      let since = DeliveryQuery(
        campaignIDs: ["c0"], states: [.dead], since: now.advanced(by: -4 * 40_000_000), limit: 10)
      #expect(
        try await stores.deliveries.deliveries(since, tenant: .standard).map(\.planned.id) == [expected[0].id])
    }
  }

  @Test func pagesHoldEachRowOnce() async throws {
    try await TestDatabase.with { stores in
      _ = try await history(60, in: stores)
      for receiver in [nil, "boss"] {
        let all = try await stores.deliveries.deliveries(
          DeliveryQuery(receiver: receiver, limit: 1001), tenant: .standard)
        var query = DeliveryQuery(receiver: receiver, limit: 7)
        var found: [DeliveryID] = []
        while true {
          let page = try await stores.deliveries.deliveries(query, tenant: .standard)
          found += page.map(\.planned.id)
          // What is added in the meantime is newer.
          _ = try await stores.fire(to: "boss")
          guard let last = page.last else { break }
          query.before = last.planned.id
        }
        #expect(found == all.map(\.planned.id))
      }
    }
  }

  @Test func behindARowThatIsGoneOlderAlertsFollow() async throws {
    try await TestDatabase.with { stores in
      let all = try await history(60, in: stores)
      let gone = all[40].planned
      for table in ["delivery_queue", "deliveries"] {
        try await stores.run("DELETE FROM \(table) WHERE delivery_id = '\(gone.id)'")
      }
      let query = DeliveryQuery(before: gone.id, limit: 1001)
      let found = try await stores.deliveries.deliveries(query, tenant: .standard)
      #expect(found == all[41...].filter { $0.planned.alertID.timestamp < gone.alertID.timestamp })
    }
  }
}
