import Logging
import PostgresClient
import Synchronization
import TocsinCore

/// Leaves out rows that this release cannot read, and tells of each reason once.
final class ForeignRows: Sendable {
  private let logger: Logger?
  private let told = Mutex<Set<String>>([])
  /// So many reasons are told; what comes then is of the same kind.
  private static let limit = 100

  /// - Parameter logger: nil tells nobody
  init(logger: Logger?) {
    self.logger = logger
  }

  /// What the body reads, or nil where the row is foreign.
  func readable<Value>(_ read: () throws(ForeignRow) -> Value) -> Value? {
    do throws(ForeignRow) {
      return try read()
    } catch {
      tell(error)
      return nil
    }
  }

  /// Tells of a row, unless its reason was told before.
  func tell(_ row: ForeignRow) {
    guard let logger else { return }
    let isNew = told.withLock { $0.count < Self.limit && $0.insert(row.reason).inserted }
    guard isNew else { return }
    logger.warning(
      "left out what this release cannot read; a node of a newer release may have written it",
      metadata: ["first": "\(row.what)", "reason": "\(row.reason)", "release": "\(TocsinRelease.version)"])
  }
}
