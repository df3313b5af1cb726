import Foundation
package import PostgresClient
import TocsinCore
package import TocsinPostgres

/// The project's migrations, as the command and the tests use them.
package enum Migrations {
  /// A migrator for that database.
  /// - Parameter folder: with the SQL files; nil looks beside the program
  /// - Throws: ``NodeFailure`` where there is no such folder
  package static func migrator(_ database: PostgresConfiguration, folder: String?) throws -> Migrator {
    let folder = try folder ?? standardFolder()
    do {
      return Migrator(
        configuration: database, migrations: try Migration.load(folder: folder), release: TocsinRelease.version)
    } catch {
      throw NodeFailure("\(error)")
    }
  }

  /// Brings a database up to date.
  /// - Returns: what was applied
  @discardableResult
  package static func apply(databaseURL: String, folder: String?) async throws -> [Migration] {
    do {
      return try await migrator(try PostgresConfiguration(url: databaseURL), folder: folder).migrate()
    } catch let error as MigrationError {
      throw NodeFailure("\(error)")
    }
  }

  /// `migrations` in the working folder, beside the program, or in one of the folders above it; then
  /// `/usr/share/tocsin/migrations`.
  private static func standardFolder() throws -> String {
    var program = URL(fileURLWithPath: Bundle.main.executablePath ?? "/").resolvingSymlinksInPath()
    var candidates = ["migrations"]
    while program.path != "/" {
      program.deleteLastPathComponent()
      candidates.append(program.appendingPathComponent("migrations").path)
    }
    candidates.append("/usr/share/tocsin/migrations")
    for candidate in candidates where FileManager.default.fileExists(atPath: candidate + "/0001_alerts.sql") {
      return candidate
    }
    throw NodeFailure(
      "the folder with the migrations was not found: name it with --migrations or TOCSIN_MIGRATIONS")
  }
}
