import Synchronization
import TocsinCore

/// The rules that this node evaluates: an immutable snapshot, exchanged as a whole.
///
/// It never goes back within one history of the numbers: a change of this node's own is applied at once, and a snapshot
/// that does not contain it yet does not undo it. Where a new history has begun, since PostgreSQL has gone back, what was
/// known before counts no more.
final class RuleBook: Sendable {
  private struct State {
    var indexes: [Tenant: RuleIndex]?
    /// The newest change that is known to be complete: all changes up to it are in.
    var version: Int64 = 0
    /// The history of that number; nil before the node has heard of one.
    var history: String?
    /// Own changes that are newer than that; nil marks a deletion.
    var overlay: [Key: (version: Int64, rule: AlertRule?)] = [:]
    var base: RuleSnapshot = RuleSnapshot(version: 0, rules: [:])
  }

  private struct Key: Hashable {
    var tenant: Tenant
    var ruleID: String
  }

  private let state = Mutex(State())

  /// The tenant's rules, or nil before any were loaded.
  func index(of tenant: Tenant) -> RuleIndex? {
    state.withLock { state in
      guard let indexes = state.indexes else { return nil }
      return indexes[tenant] ?? RuleIndex([])
    }
  }

  /// Whether rules were loaded.
  var isLoaded: Bool { state.withLock { $0.indexes != nil } }

  /// The newest change up to which nothing is missing.
  var version: Int64 { state.withLock { $0.version } }

  /// Whether there is a rule of that id that this release cannot read.
  func isForeign(_ ruleID: String, tenant: Tenant) -> Bool {
    snapshot.foreign.contains { $0.tenant == tenant && $0.ruleID == ruleID }
  }

  /// The history of ``version``; nil before the node has heard of one.
  var history: String? { state.withLock { $0.history } }

  /// All rules as they stand.
  var snapshot: RuleSnapshot { state.withLock { RuleBook.merged($0) } }

  /// Takes over a snapshot, unless a newer one is known.
  /// - Parameter history: the history of the snapshot's number; nil where that is not known
  /// - Returns: whether it was taken over
  @discardableResult
  func apply(_ snapshot: RuleSnapshot, history: String? = nil) -> Bool {
    state.withLock { state in
      if let history, let known = state.history, history != known {
        RuleBook.begin(history, with: snapshot, &state)
        return true
      }
      state.history = history ?? state.history
      guard state.indexes == nil || snapshot.version >= state.version else { return false }
      if state.indexes != nil, snapshot.version == state.version, snapshot == state.base { return false }
      state.base = snapshot
      state.version = snapshot.version
      state.overlay = state.overlay.filter { $0.value.version > snapshot.version }
      RuleBook.rebuild(&state)
      return true
    }
  }

  /// Takes over the first snapshot of a new history.
  func begin(_ history: String, with snapshot: RuleSnapshot) {
    state.withLock { RuleBook.begin(history, with: snapshot, &$0) }
  }

  private static func begin(_ history: String, with snapshot: RuleSnapshot, _ state: inout State) {
    state.history = history
    state.base = snapshot
    state.version = snapshot.version
    state.overlay = [:]
    rebuild(&state)
  }

  /// Takes over a change of this node's own.
  func apply(_ rule: AlertRule, tenant: Tenant) {
    put((rule.version, rule), at: Key(tenant: tenant, ruleID: rule.ruleID))
  }

  /// Takes over a deletion of this node's own.
  func remove(_ ruleID: String, tenant: Tenant, version: Int64) {
    put((version, nil), at: Key(tenant: tenant, ruleID: ruleID))
  }

  private func put(_ change: (version: Int64, rule: AlertRule?), at key: Key) {
    state.withLock { state in
      guard change.version > state.version, change.version > state.overlay[key]?.version ?? 0 else { return }
      state.overlay[key] = change
      RuleBook.rebuild(&state)
    }
  }

  private static func merged(_ state: State) -> RuleSnapshot {
    guard !state.overlay.isEmpty else { return state.base }
    var rules = state.base.rules
    for (key, change) in state.overlay {
      rules[key.tenant, default: []].removeAll { $0.ruleID == key.ruleID }
      if let rule = change.rule { rules[key.tenant, default: []].append(rule) }
    }
    let foreign = state.base.foreign.filter { rule in
      state.overlay[Key(tenant: rule.tenant, ruleID: rule.ruleID)].map { $0.version < rule.version } ?? true
    }
    return RuleSnapshot(version: state.version, rules: rules, foreign: foreign)
  }

  private static func rebuild(_ state: inout State) {
    state.indexes = merged(state).rules.mapValues { RuleIndex($0) }
  }
}
