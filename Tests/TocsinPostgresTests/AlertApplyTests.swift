import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct AlertApplyTests {
  @Test func acknowledgeThenResolve() async throws {
    try await TestDatabase.with { stores in
      let before = try await stores.now()
      let alert = Samples.alert(at: before)
      try await stores.alerts.insert(Samples.stored([alert]))

      let first = try #require(
        try await stores.alerts.apply(.acknowledge, to: alert.alertID, by: "ana", tenant: .standard))
      let acknowledgement = try #require(first.alert.acknowledgement)
      let after = try await stores.now()
      #expect(acknowledgement.by == "ana")
      #expect((before...after).contains(acknowledgement.at))
      #expect(first.alert.resolution == nil)
      let envelope = first.change.flatMap { EventEnvelope(decoding: $0.envelope) }
      #expect(envelope?.kind == .acknowledged)
      #expect(envelope?.alertID == alert.alertID)

      let second = try #require(try await stores.alerts.apply(.resolve, to: alert.alertID, by: nil, tenant: .standard))
      #expect(second.alert.acknowledgement == acknowledgement)
      #expect(second.alert.resolution != nil && second.alert.resolution?.by == nil)
      #expect(try await stores.alerts.alert(alert.alertID, tenant: .standard) == second.alert)
      #expect(second.change.flatMap { EventEnvelope(decoding: $0.envelope)?.kind } == .resolved)

      let statistics = try await stores.alerts.statistics(campaignID: "c1", tenant: .standard)
      #expect(statistics == AlertStatistics(counting: [second.alert]))
    }
  }

  @Test func whatTheStateForbidsChangesNothing() async throws {
    try await TestDatabase.with { stores in
      let alert = Samples.alert(at: try await stores.now())
      try await stores.alerts.insert(Samples.stored([alert]))
      _ = try await stores.alerts.apply(.acknowledge, to: alert.alertID, by: "ana", tenant: .standard)
      let again = try await stores.alerts.apply(.acknowledge, to: alert.alertID, by: "ben", tenant: .standard)
      #expect(again?.change == nil && again?.alert.acknowledgement?.by == "ana")
      let resolved = try await stores.alerts.apply(.resolve, to: alert.alertID, by: "ana", tenant: .standard)
      for action in AlertAction.allCases {
        let late = try await stores.alerts.apply(action, to: alert.alertID, by: "ben", tenant: .standard)
        #expect(late != nil && late?.alert == resolved?.alert && late?.change == nil)
      }
      #expect(try await stores.alerts.unannouncedChanges(olderThan: 0, limit: 10).count == 2)
    }
  }

  @Test func resolvingAnOpenAlertDoesNotAcknowledgeIt() async throws {
    try await TestDatabase.with { stores in
      let alert = Samples.alert(at: try await stores.now())
      try await stores.alerts.insert(Samples.stored([alert]))
      let resolved = try await stores.alerts.apply(.resolve, to: alert.alertID, by: "ana", tenant: .standard)
      #expect(resolved?.alert.acknowledgement == nil)
      let late = try await stores.alerts.apply(.acknowledge, to: alert.alertID, by: "ben", tenant: .standard)
      #expect(late?.alert.acknowledgement == nil && late?.change == nil)
    }
  }

  @Test func anUnknownAlertIsNil() async throws {
    try await TestDatabase.with { stores in
      let alert = Samples.alert(at: try await stores.now())
      #expect(try await stores.alerts.apply(.resolve, to: alert.alertID, by: nil, tenant: .standard) == nil)
      try await stores.alerts.insert(Samples.stored([alert]))
      let other = Tenant(rawValue: "other")
      #expect(try await stores.alerts.apply(.resolve, to: alert.alertID, by: nil, tenant: other) == nil)
    }
  }

  @Test(arguments: AlertAction.allCases)
  func ofAHundredAtOnceOneIsApplied(_ action: AlertAction) async throws {
    try await TestDatabase.with { stores in
      let alert = Samples.alert(at: try await stores.now())
      try await stores.alerts.insert(Samples.stored([alert]))
      let results = try await withThrowingTaskGroup(of: AppliedAction?.self) { group in
        for person in 0..<100 {
          group.addTask {
            try await stores.alerts.apply(action, to: alert.alertID, by: "p\(person)", tenant: .standard)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.count { $0?.change != nil } == 1)
      #expect(Set(results.map { $0?.alert }).count == 1)
      let changes = try await stores.alerts.unannouncedChanges(olderThan: 0, limit: 10)
      #expect(changes == results.compactMap { $0?.change })
      let now = try #require(try await stores.alerts.alert(alert.alertID, tenant: .standard))
      #expect(
        try await stores.alerts.statistics(campaignID: nil, tenant: .standard) == AlertStatistics(counting: [now]))
    }
  }

  @Test func theOutboxKeepsChangesUntilTheyAreAnnounced() async throws {
    try await TestDatabase.with { stores in
      let now = try await stores.now()
      let alerts = (0..<3).map { Samples.alert(at: now.advanced(by: Int64($0))) }
      try await stores.alerts.insert(Samples.stored(alerts))
      var changes: [AlertChange] = []
      for alert in alerts.reversed() {
        let applied = try await stores.alerts.apply(.acknowledge, to: alert.alertID, by: "Zoë", tenant: .standard)
        changes.append(try #require(applied?.change))
      }
      #expect(try await stores.alerts.unannouncedChanges(olderThan: 0, limit: 10) == changes)
      #expect(try await stores.alerts.unannouncedChanges(olderThan: 0, limit: 2) == Array(changes[..<2]))
      #expect(try await stores.alerts.unannouncedChanges(olderThan: 3_600_000, limit: 10).isEmpty)
      try await stores.alerts.announced(changes: [changes[1].changeID, changes[1].changeID])
      #expect(try await stores.alerts.unannouncedChanges(olderThan: 0, limit: 10) == [changes[0], changes[2]])
      try await stores.alerts.announced(changes: [])
    }
  }

  /// Everything at once, from many sides: in the end the roll-ups say what counting the alerts says.
  @Test func rollUpsAgreeWithTheAlertsAfterAMixedHistory() async throws {
    try await TestDatabase.with { stores in
      let alerts = Samples.history(300, before: try await stores.now())
      try await withThrowingTaskGroup(of: Void.self) { group in
        for start in stride(from: 0, to: 300, by: 30) {
          group.addTask {
            let batch = Array(alerts[start..<start + 30])
            try await stores.alerts.insert(Samples.stored(batch))
            for (index, alert) in batch.enumerated() where index % 3 > 0 {
              let action: AlertAction = index % 3 == 1 ? .acknowledge : .resolve
              _ = try await stores.alerts.apply(action, to: alert.alertID, by: nil, tenant: .standard)
            }
          }
        }
        try await group.waitForAll()
      }
      let there = try await stores.alerts.alerts(AlertQuery(includesResolved: true, limit: 1001), tenant: .standard)
      #expect(there.count == 300)
      let all = try await stores.alerts.statistics(campaignID: nil, tenant: .standard)
      #expect(all == AlertStatistics(counting: there))
      for campaign in ["c1", "c2", "c3", "c4", "c5"] {
        let expected = AlertStatistics(counting: there.filter { $0.entity.campaignID == campaign })
        #expect(try await stores.alerts.statistics(campaignID: campaign, tenant: .standard) == expected)
      }
      let nobody = try await stores.alerts.statistics(campaignID: nil, tenant: Tenant(rawValue: "other"))
      #expect(nobody == AlertStatistics())
    }
  }
}
