import ArgumentParser
import TocsinApp
import TocsinPostgres

/// `tocsin migrate`: brings the database's schema up to date.
struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Bring the schema of the database up to date.",
    discussion: """
      Applies the SQL files that the database lacks, each in a transaction of its own, under an advisory lock: \
      several at once do no harm. Old nodes can go on while new ones start, as far as each file says which release \
      can run on it. Then makes the weekly partitions of the next \(Migrator.weeksAhead) weeks that are missing. Run it as \
      the owner of the tables.

      Examples:
        DATABASE_URL=postgresql://tocsin@db/tocsin tocsin migrate
        tocsin migrate --config tocsin.yaml --dry-run

      Exit status: 0 up to date, 1 refused or failed, 2 a setting cannot be used, 3 PostgreSQL cannot be reached.
      """)

  @OptionGroup var options: NodeOptions

  @Flag(help: "Only say what would be applied.")
  var dryRun = false

  func run() async throws {
    let load = options.load()
    for warning in load.warnings { Console.current.complain("tocsin: warning: \(warning)") }
    let configuration: DatabaseSettings
    do { configuration = try DatabaseSettings(load.sources) } catch { throw NodeOptions.failure(error.problems) }
    do {
      let migrator = try Migrations.migrator(configuration.database, folder: configuration.migrations)
      if dryRun {
        switch try await migrator.state() {
        case .behind(let pending): for migration in pending { Console.current.print("would apply \(migration.file)") }
        case .current: Console.current.print("nothing to apply")
        case let state: throw CommandFailure(.refused, "tocsin: \(state.sentence)")
        }
        return
      }
      let applied = try await migrator.migrate()
      for migration in applied { Console.current.print("applied \(migration.file)") }
      if applied.isEmpty { Console.current.print("nothing to apply") }
      let made = try await migrator.makePartitions()
      if made > 0 { Console.current.print("made \(made) weekly partitions") }
    } catch let error as MigrationError {
      throw CommandFailure(error.code == .unavailable ? .unreachable : .refused, "tocsin: \(error)")
    } catch let failure as NodeFailure {
      throw CommandFailure(.refused, "tocsin: \(failure)")
    }
  }
}
