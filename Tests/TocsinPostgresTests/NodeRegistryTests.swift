import PostgresClient
import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct NodeRegistryTests {
  private func node(_ name: String, prefix: String = "{tocsin}", redis: String? = "r1") -> NodeRecord {
    NodeRecord(
      name: name, redisPrefix: prefix, redisServer: "redis://h:6379/0", redisIdentity: redis, version: "0.1.0")
  }

  /// Nothing expires while a test runs.
  private func registry(_ stores: Stores) -> PostgresNodeRegistry {
    PostgresNodeRegistry(pool: stores.pool, lifetimeMilliseconds: 3_600_000)
  }

  private let age = "UPDATE nodes SET seen_at = seen_at - interval '2 hours'"

  @Test func nodesThatAgreeRegisterAndRenew() async throws {
    try await TestDatabase.with { stores in
      let registry = registry(stores)
      let before = try await stores.now()
      for name in ["a", "b", "a", "b"] { #expect(try await registry.register(node(name)).isEmpty) }
      let nodes = try await registry.nodes()
      #expect(nodes.map(\.record) == [node("a"), node("b")])
      #expect(nodes.allSatisfy { $0.startedAt >= before && Timestamp(microseconds: $0.seenAt) >= $0.startedAt })
      try await registry.withdraw("a")
      #expect(try await registry.nodes().map(\.record.name) == ["b"])
    }
  }

  @Test func aRegistrationEndsByItself() async throws {
    try await TestDatabase.with { stores in
      let registry = registry(stores)
      _ = try await registry.register(node("a"))
      try await stores.run(age)
      #expect(try await registry.nodes().isEmpty)
      #expect(try await registry.register(node("b", prefix: "{other}")).isEmpty)
      // Who was away for so long comes back as the later one.
      #expect(try await registry.register(node("a")).map(\.record.name) == ["b"])
      #expect(try await registry.register(node("b", prefix: "{other}")).isEmpty)
    }
  }

  @Test func registrationsThatAreADayOldAreForgotten() async throws {
    try await TestDatabase.with { stores in
      let registry = registry(stores)
      _ = try await registry.register(node("a"))
      try await stores.run("UPDATE nodes SET seen_at = seen_at - interval '2 days'")
      _ = try await registry.register(node("b"))
      #expect(try await stores.number("SELECT count(*) FROM nodes") == 1)
    }
  }

  @Test func aCopyOfADatabaseIsAnotherOne() async throws {
    let url = try TestDatabase.emptyURL()
    let configuration = try TestDatabase.configuration(url)
    _ = try await Migrator(
      configuration: configuration, migrations: try TestDatabase.migrations(), release: "0.1.0"
    ).migrate()
    let name = try #require(url.split(separator: "/").last)
    let admin = try await PostgresConnection.connect(try TestDatabase.configuration(TestDatabase.emptyURL()))
    try await admin.executeSimple("CREATE DATABASE \(name)_copy TEMPLATE \(name)")
    await admin.close()
    let identities = Identities()
    for each in [url, url, url + "_copy"] {
      try await TestDatabase.with(pools: try TestDatabase.configuration(each)) { stores in
        await identities.add(try await PostgresNodeRegistry(pool: stores.pool).database())
      }
    }
    let found = await identities.all
    #expect(found[0] == found[1] && found[0].id != found[2].id)
    #expect(found[0].description.hasPrefix("\"\(name)\", schema \"public\" at 127.0.0.1:"))
    #expect(!found[0].id.contains("|") && found[0].id.split(separator: ".").count == 4)
  }

  private actor Identities {
    var all: [DatabaseIdentity] = []

    func add(_ identity: DatabaseIdentity) { all.append(identity) }
  }
}
