import Foundation
import Logging
import TocsinCore
import TocsinPostgres

/// Lets a node start only on a schema that it can run on.
///
/// While PostgreSQL is away the schema cannot be looked at. The node then starts nevertheless: checks fire without
/// PostgreSQL, and a cluster whose nodes are restarted at such a time would be gone otherwise.
struct SchemaGuard: Sendable {
  let configuration: NodeConfiguration
  let logger: Logger
  /// How long a node that starts waits for PostgreSQL.
  var patience: Duration = .seconds(10)

  /// - Throws: ``NodeFailure`` that says what to do
  func check() async throws {
    let migrator = try Migrations.migrator(configuration.database, folder: configuration.migrations)
    let end = ContinuousClock.now + patience
    var isFirst = true
    while true {
      do {
        let state = try await migrator.state()
        if case .current = state {
          try await migrator.requireRights()
          return
        }
        throw NodeFailure(state.sentence)
      } catch let error as MigrationError {
        if error.code == .refused { throw NodeFailure("\(error)") }
        guard error.code == .unavailable else { throw NodeFailure("PostgreSQL cannot be used: \(error)") }
        if isFirst { logger.warning("PostgreSQL is not reachable yet", metadata: ["error": "\(error)"]) }
        isFirst = false
        if ContinuousClock.now >= end {
          logger.warning("the node starts without PostgreSQL: its schema could not be checked")
          return
        }
        try await Task.sleep(for: .milliseconds(500))
      }
    }
  }
}
