import Foundation
import PostgresClient
import Synchronization
import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct RightsTests {
  private static let number = Mutex(0)

  /// A database with the schema, a role with the rights of a node, and a connection as the owner.
  private struct Setup {
    let owner: PostgresConnection
    let ownerURL: String
    let role: String
    let node: PostgresConfiguration

    static func make() async throws -> Setup {
      let url = try TestDatabase.emptyURL()
      let configuration = try TestDatabase.configuration(url)
      _ = try await Migrator(
        configuration: configuration, migrations: try TestDatabase.migrations(), release: "0.1.0"
      ).migrate()
      let role = number.withLock { number in
        number += 1
        return "node_\(number)"
      }
      let owner = try await PostgresConnection.connect(configuration)
      try await owner.executeSimple("CREATE ROLE \(role) LOGIN; REVOKE ALL ON SCHEMA public FROM PUBLIC")
      for grant in NodeRights.grants(to: role) { try await owner.executeSimple(grant) }
      let node = url.replacing("://postgres@", with: "://\(role)@")
      return Setup(owner: owner, ownerURL: url, role: role, node: try TestDatabase.configuration(node))
    }

    func migrator(_ migrations: [Migration]? = nil) throws -> Migrator {
      Migrator(
        configuration: node, migrations: try migrations ?? TestDatabase.migrations(), release: "0.1.0")
    }
  }

  @Test func aRoleWithExactlyTheseRightsRunsANodesStores() async throws {
    let setup = try await Setup.make()
    #expect(try await setup.migrator().state() == .current)
    try await setup.migrator().requireRights()
    try await TestDatabase.with(pools: setup.node) { stores in
      try await everything(stores)
      // None of them is more than a node needs.
      for (table, rights) in NodeRights.tables where table != "schema_migrations" {
        for right in rights {
          try await setup.owner.executeSimple("REVOKE \(right) ON \(table) FROM \(setup.role)")
          let error = await #expect(throws: StoreError.self, "\(right) on \(table) is not needed") {
            try await everything(stores)
          }
          #expect(error?.code == .denied, "\(right) on \(table): \(error.map { "\($0)" } ?? "")")
          try await setup.owner.executeSimple("GRANT \(right) ON \(table) TO \(setup.role)")
        }
      }
      try await everything(stores)
    }
    await setup.owner.close()
  }

  @Test func whatIsMissingIsNamedWithTheStatementsThatGiveIt() async throws {
    let setup = try await Setup.make()
    try await setup.owner.executeSimple(
      "REVOKE INSERT, UPDATE ON alerts FROM \(setup.role); REVOKE SELECT ON nodes FROM \(setup.role)")
    let error = await #expect(throws: MigrationError.self) { try await setup.migrator().requireRights() }
    #expect(error?.code == .refused)
    let grants = "GRANT SELECT ON nodes TO \(setup.role); GRANT INSERT, UPDATE ON alerts TO \(setup.role);"
    #expect(
      error?.description
        == "The role \(setup.role) lacks these rights: SELECT on nodes; INSERT, UPDATE on alerts. As the owner of the tables, run: \(grants)"
    )
    try await TestDatabase.with(pools: setup.node) { stores in
      let denied = await #expect(throws: StoreError.self) {
        try await stores.alerts.insert(Samples.stored([Samples.alert(at: try await stores.now())]))
      }
      #expect(denied?.code == .denied)
      #expect(denied?.message.contains("needs SELECT, INSERT, UPDATE on alerts") == true)
    }
    try await setup.owner.executeSimple(grants)
    try await setup.migrator().requireRights()
    await setup.owner.close()
  }

  @Test func aSchemaThatMayNotBeUsedIsNotTakenForAnEmptyOne() async throws {
    let setup = try await Setup.make()
    try await setup.owner.executeSimple("REVOKE USAGE ON SCHEMA public FROM \(setup.role)")
    let error = await #expect(throws: MigrationError.self) { try await setup.migrator().state() }
    #expect(error?.code == .refused)
    #expect(error?.description.contains("GRANT USAGE ON SCHEMA public TO \(setup.role);") == true)
    try await setup.owner.executeSimple("GRANT USAGE ON SCHEMA public TO \(setup.role)")
    try await setup.owner.executeSimple("REVOKE SELECT ON schema_migrations FROM \(setup.role)")
    let other = await #expect(throws: MigrationError.self) { try await setup.migrator().state() }
    #expect(other?.code == .refused)
    #expect(other?.description.contains("GRANT SELECT ON schema_migrations TO \(setup.role);") == true)
    await setup.owner.close()
  }

  @Test func migratingIsTheOwnersTask() async throws {
    let setup = try await Setup.make()
    let next = try TestDatabase.migrations().count + 1
    let step = try Migration(
      file: String(repeating: "0", count: 4 - "\(next)".count) + "\(next)_step.sql",
      sql: "-- oldest-release: 0.1.0\nALTER TABLE alerts ADD COLUMN more text;\n")
    let migrator = try setup.migrator(try TestDatabase.migrations() + [step])
    let error = await #expect(throws: MigrationError.self) { try await migrator.migrate() }
    #expect(error?.code == .refused)
    let text = error?.description ?? ""
    #expect(text.contains("run `tocsin migrate` as the owner, postgres") && text.contains(setup.role))
    await setup.owner.close()
  }

  @Test func aRoleThatMayMakeNoPartitionsDoesWithThoseThatThereAre() async throws {
    let setup = try await Setup.make()
    try await TestDatabase.with(pools: setup.node) { stores in
      // Nothing is missing: nothing is asked for.
      #expect(try await stores.alerts.ensurePartitions(weeksAhead: 4) == 0)
      let error = await #expect(throws: StoreError.self) {
        try await stores.alerts.ensurePartitions(weeksAhead: 5)
      }
      #expect(error?.code == .denied)
      // What has no week lies in the default partition, and works.
      let alert = Samples.alert(at: try await stores.now().advanced(by: 40 * 86_400_000))
      let planned = PlannedDelivery(alert)
      try await stores.alerts.insert([StoredAlert(alert: alert, tenant: .standard, deliveries: [planned])])
      _ = try await stores.deliveries.complete([planned.result()])
      #expect(try await stores.alerts.defaultPartitionRows().map(\.rows) == [1, 1])
      #expect(try await stores.status(alert) == ["slack": true])
      // As the owner, `tocsin migrate` makes the weeks, and the rows move there.
      let owner = Migrator(
        configuration: try TestDatabase.configuration(setup.ownerURL), migrations: try TestDatabase.migrations(),
        release: "0.1.0")
      #expect(try await owner.makePartitions() == 2 * (Migrator.weeksAhead - 4))
      #expect(try await owner.makePartitions() == 0)
      #expect(try await stores.alerts.defaultPartitionRows().map(\.rows) == [0, 0])
      #expect(try await stores.alerts.ensurePartitions(weeksAhead: Migrator.weeksAhead) == 0)
      #expect(try await stores.status(alert) == ["slack": true])
      #expect(try await stores.row(planned).state == .delivered)
    }
    await setup.owner.close()
  }

  @Test func thePageListsTheseRights() throws {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    let page = try String(
      contentsOfFile: root + "/Sources/TocsinPostgres/TocsinPostgres.docc/TocsinPostgres.md", encoding: .utf8)
    let listed = page.split(separator: "\n").filter { $0.hasPrefix("GRANT ") }.map(String.init)
    #expect(listed == NodeRights.grants(to: "tocsin_node"))
  }

  /// All that a node does with PostgreSQL.
  private func everything(_ stores: Stores) async throws {
    let registry = PostgresNodeRegistry(pool: stores.pool)
    _ = try await registry.database()
    let node = NodeRecord(
      name: "n", redisPrefix: "{t}", redisServer: "redis://h", redisIdentity: "r", version: "0.1.0")
    for _ in 0..<2 { _ = try await registry.register(node) }
    _ = try await registry.nodes()
    try await registry.withdraw("n")

    let rule = AlertRule(ruleID: "a", name: "A", alertType: .roasDrop, severity: .high)
    _ = try await stores.rules.seed([rule], tenant: .standard)
    _ = try await stores.rules.save(rule, tenant: .standard, actor: "ana")
    _ = try await stores.rules.save(rule, tenant: .standard, actor: "ana")
    _ = try await stores.rules.setEnabled(false, ruleID: "a", tenant: .standard, actor: "ana")
    _ = try await stores.rules.snapshot()
    _ = try await stores.rules.history(ruleID: "a", tenant: .standard, limit: 1)
    _ = try await stores.rules.delete(ruleID: "a", tenant: .standard, actor: "ana")

    let now = try await stores.now()
    let alert = Samples.alert(at: now)
    let planned = ["ops", "boss", "night"].map { PlannedDelivery(alert, to: $0) }
    try await stores.alerts.insert([StoredAlert(alert: alert, tenant: .standard, deliveries: planned)])
    try await stores.alerts.insert(Samples.stored([Samples.alert(at: now)]))
    _ = try await stores.alerts.alerts(AlertQuery(), tenant: .standard)
    _ = try await stores.alerts.alerts([AlertKey(tenant: .standard, id: alert.alertID)])
    for campaign in [nil, "c1"] { _ = try await stores.alerts.statistics(campaignID: campaign, tenant: .standard) }
    _ = try await stores.alerts.newestAlert(
      ruleID: "a", incarnation: "i", entity: alert.entity, tenant: .standard, since: now)
    let snapshot = RuleSnapshot(version: 1, rules: [.standard: [rule]])
    for try await _ in stores.alerts.runningCooldowns(of: snapshot, at: now) {}

    // Deliveries: renewed, retried with a fallback, given back, taken, given another target, ended, replayed.
    _ = try await stores.deliveries.renew(planned.map(\.id))
    let fallback = PlannedDelivery(alert, .fallback, to: "team")
    _ = try await stores.deliveries.complete([planned[0].retry(fallbacks: [fallback]), planned[1].dead()])
    try await stores.deliveries.release([planned[2].id], afterMilliseconds: 0)
    let taken = try await stores.other.lease(10, for: ["night", "team"])
    let another = TargetName(receiver: "night", target: "two")
    _ = try await stores.other.retarget(
      taken.filter { $0.planned.target.receiver == "night" }, to: another, told: [.fired])
    _ = try await stores.deliveries.replay(DeliveryQuery(state: .dead), limit: 10, tenant: .standard)
    _ = try await stores.deliveries.deliveries(DeliveryQuery(), tenant: .standard)
    _ = try await stores.deliveries.backlog()
    _ = try await stores.deliveries.reportReceivers(["ops"], unknownAfterMilliseconds: 86_400_000)
    _ = try await stores.deliveries.disabledTargets()
    try await stores.deliveries.disable(another, reason: "gone")
    try await stores.deliveries.disable(another, reason: nil)

    for action in [AlertAction.acknowledge, .resolve] {
      let applied = try await stores.apply(action, to: alert, telling: "ops")
      _ = try await stores.alerts.unannouncedChanges(olderThan: 0, limit: 10)
      try await stores.alerts.announced(changes: [try #require(applied.change).changeID])
    }
    _ = try await stores.alerts.ensurePartitions(weeksAhead: 4)
    _ = try await stores.alerts.defaultPartitionRows()
  }
}
