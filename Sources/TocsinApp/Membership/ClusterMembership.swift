import Foundation
import Logging
import Synchronization
import TocsinCore

/// A node's place among those that it shares PostgreSQL and Redis with: seals Redis and registers in PostgreSQL, as often
/// as it is asked to. What is away is left for the next time.
final class ClusterMembership: Sendable {
  /// How long a seal lasts, in milliseconds; a registration lasts as long.
  static let lifetime: Int64 = 30_000

  private struct State {
    var membership: Membership
    /// The database that Redis is sealed for.
    var sealed: DatabaseIdentity?
    var hasToldOfSeal = false
  }

  private let state: Mutex<State>
  /// The Redis identity that this node writes where there is none.
  private let proposal = UUID().uuidString.lowercased()
  private let logger: Logger

  init(_ node: NodeRecord, logger: Logger) {
    state = Mutex(State(membership: Membership(node)))
    self.logger = logger
  }

  /// The node's unique name.
  var name: String { state.withLock { $0.membership.node.name } }

  /// Renews seal and registration.
  /// - Returns: what has to follow; `agreed` also where nothing could be found out
  func renew(_ registry: some NodeRegistry, _ sealing: some ClusterSealing) async -> Membership.Verdict {
    do throws(StoreError) {
      // Asked for each time: a database that was restored or created again is another one, and this node is on it now.
      let database = try await registry.database()
      let verdict = await seal(database, sealing)
      guard verdict == .agreed else { return verdict }
      let node = state.withLock { $0.membership.node }
      let conflicts = try await registry.register(node)
      return state.withLock { $0.membership.registered(conflicts) }
    } catch {
      logger.debug("the node's registration could not be renewed", metadata: ["error": "\(error)"])
      return .agreed
    }
  }

  private func seal(_ database: DatabaseIdentity, _ sealing: some ClusterSealing) async -> Membership.Verdict {
    let (known, sealed) = state.withLock { ($0.membership.node.redisIdentity, $0.sealed) }
    let former = sealed.flatMap { $0.id == database.id ? nil : $0 }
    let found: FoundSeal?
    do throws(StoreError) {
      found = try await sealing.seal(
        ClusterSeal(redisIdentity: known ?? proposal, database: database), insteadOf: former,
        lasting: ClusterMembership.lifetime)
    } catch {
      logger.debug("Redis could not be marked as this cluster's", metadata: ["error": "\(error)"])
      return .agreed
    }
    guard let found else { return .agreed }
    if found.seal.database.id == database.id { state.withLock { $0.sealed = database } }
    let (verdict, isMember) = state.withLock { ($0.membership.found(found, own: database), $0.membership.hasSealed) }
    guard isMember else { return verdict }
    // A node that has worked here goes on: who came later has to give way, and would not start.
    if case .refused(let reason) = verdict { tell(reason) }
    return .agreed
  }

  private func tell(_ reason: String) {
    let isNew = state.withLock { state in
      defer { state.hasToldOfSeal = true }
      return !state.hasToldOfSeal
    }
    if isNew { logger.error("nodes of another database work on this Redis", metadata: ["reason": "\(reason)"]) }
  }
}
