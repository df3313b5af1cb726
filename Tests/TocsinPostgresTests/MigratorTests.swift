import PostgresClient
import Testing
import TocsinCore

@testable import TocsinPostgres

@Suite struct MigratorTests {
  private func file(_ number: Int, _ sql: String, release: String = "0.1.0") throws -> Migration {
    try Migration(file: "000\(number)_step.sql", sql: "-- oldest-release: \(release)\n\(sql)\n")
  }

  private func migrator(
    _ files: [Migration], _ configuration: PostgresConfiguration, release: String = "0.1.0"
  ) -> Migrator {
    Migrator(configuration: configuration, migrations: files, release: release)
  }

  @Test func aFreshDatabaseGetsAllFilesOnceInOrder() async throws {
    let configuration = try TestDatabase.empty()
    let files = try TestDatabase.migrations()
    let migrator = migrator(files, configuration)
    #expect(try await migrator.state() == .behind(files))
    // Looking changes nothing.
    #expect(try await migrator.state() == .behind(files))
    #expect(try await migrator.migrate() == files)
    #expect(try await migrator.state() == .current)
    #expect(try await migrator.migrate().isEmpty)
    try await TestDatabase.with(pools: configuration) { stores in
      let records = try await stores.number("SELECT count(*) FROM schema_migrations")
      #expect(records == files.count)
    }
  }

  @Test func ofManyMigratorsAtOnceEachFileIsAppliedByOne() async throws {
    let configuration = try TestDatabase.empty()
    let files = try TestDatabase.migrations()
    let migrator = migrator(files, configuration)
    let applied = try await withThrowingTaskGroup(of: [Migration].self) { group in
      for _ in 0..<8 { group.addTask { try await migrator.migrate() } }
      return try await group.reduce([], +)
    }
    #expect(applied.map(\.version).sorted() == files.map(\.version))
  }

  @Test func aFailureLeavesNoTraceAndTheNextCallGoesOn() async throws {
    let configuration = try TestDatabase.empty()
    let first = try file(1, "CREATE TABLE one (id integer);")
    let bad = try file(2, "CREATE TABLE two (id integer); SELECT 1 / 0;")
    let error = await #expect(throws: MigrationError.self) {
      try await migrator([first, bad], configuration).migrate()
    }
    #expect(error?.code == .failed)
    #expect(error?.description.contains("0002_step.sql") == true)
    let good = try file(2, "CREATE TABLE two (id integer);")
    #expect(try await migrator([first, good], configuration).state() == .behind([good]))
    #expect(try await migrator([first, good], configuration).migrate() == [good])
  }

  @Test func aChangedOrMissingFileIsRefused() async throws {
    let configuration = try TestDatabase.empty()
    let first = try file(1, "CREATE TABLE one (id integer);")
    let second = try file(2, "CREATE TABLE two (id integer);")
    _ = try await migrator([first, second], configuration).migrate()
    let changed = try file(1, "CREATE TABLE one (id bigint);")
    let third = try file(3, "CREATE TABLE three (id integer);")
    #expect(try await migrator([changed, second], configuration).state() == .changed(["0001_step.sql"]))
    #expect(try await migrator([second], configuration).state() == .changed(["1 (step)"]))
    let error = await #expect(throws: MigrationError.self) {
      try await migrator([changed, second, third], configuration).migrate()
    }
    #expect(error?.code == .refused)
    #expect(error?.description.contains("0001_step.sql") == true)
    #expect(try await migrator([first, second, third], configuration).state() == .behind([third]))
  }

  @Test func aNewerSchemaIsFineWhileThisReleaseCanRunOnIt() async throws {
    let configuration = try TestDatabase.empty()
    let first = try file(1, "CREATE TABLE one (id integer);")
    let second = try file(2, "CREATE TABLE two (id integer);", release: "0.1.0")
    let third = try file(3, "DROP TABLE one;", release: "0.2.0")
    _ = try await migrator([first, second], configuration, release: "0.2.0").migrate()
    #expect(try await migrator([first], configuration).state() == .current)
    _ = try await migrator([first, second, third], configuration, release: "0.2.0").migrate()
    let old = migrator([first], configuration)
    #expect(try await old.state() == .tooNew(oldestRelease: "0.2.0"))
    #expect(try await migrator([first], configuration, release: "0.10.0").state() == .current)
    let error = await #expect(throws: MigrationError.self) { try await old.migrate() }
    #expect(error?.code == .refused)
  }

  @Test func aDatabaseThatIsAwayIsUnavailable() async throws {
    let nowhere = try PostgresConfiguration(url: "host=/nonexistent dbname=none")
    let error = await #expect(throws: MigrationError.self) { try await migrator([file(1, "")], nowhere).state() }
    #expect(error?.code == .unavailable)
  }

  @Test(arguments: [
    "1_step.sql", "0000_step.sql", "step.sql", "0001.sql", "0001_.sql", "00011_step.sql",
  ])
  func badNamesAreRefused(_ name: String) {
    #expect(throws: MigrationError.self) { try Migration(file: name, sql: "-- oldest-release: 0.1.0\n") }
  }

  @Test func aFileWithoutItsOldestReleaseIsRefused() {
    for text in ["SELECT 1;", "-- oldest-release:\n", "-- oldest-release: soon\n"] {
      #expect(throws: MigrationError.self) { try Migration(file: "0001_step.sql", sql: text) }
    }
  }

  @Test func aFolderThatIsNotThereIsRefused() {
    let error = #expect(throws: MigrationError.self) { try Migration.load(folder: "/nonexistent") }
    #expect(error?.code == .files)
  }

  @Test func releasesCompareByTheirNumbers() throws {
    let pairs = [("0.1.0", "0.2.0"), ("0.9.0", "0.10.0"), ("1", "1.0.1"), ("0.1.9", "1.0.0")]
    for (low, high) in pairs {
      let older = try #require(Release(low))
      let newer = try #require(Release(high))
      #expect(older < newer)
    }
    #expect(Release("1.0") == Release("1.0.0-rc.1"))
    #expect(Release("x") == nil && Release("1..2") == nil && Release("") == nil)
  }
}
