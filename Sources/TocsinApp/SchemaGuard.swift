import Foundation
import Logging
import TocsinCore
import TocsinPostgres

/// Lets a node start only on a schema that it can run on.
struct SchemaGuard: Sendable {
  let configuration: NodeConfiguration
  let logger: Logger
  /// How long a node that starts waits for PostgreSQL before it gives up.
  var patience: Duration = .seconds(30)

  /// - Throws: ``NodeFailure`` that says what to do
  func check() async throws {
    let migrator = try Migrations.migrator(configuration.database, folder: configuration.migrations)
    let end = ContinuousClock.now + patience
    while true {
      do {
        let state = try await migrator.state()
        if case .current = state { return }
        throw NodeFailure(state.sentence)
      } catch let error as MigrationError {
        guard error.code == .unavailable, ContinuousClock.now < end else {
          throw NodeFailure("PostgreSQL cannot be used: \(error)")
        }
        logger.warning("PostgreSQL is not reachable yet", metadata: ["error": "\(error)"])
        try await Task.sleep(for: .milliseconds(500))
      }
    }
  }
}
