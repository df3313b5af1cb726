import Logging
import Synchronization
import TocsinCore

/// The targets that are disabled, as far as this node knows.
final class DisabledTargets: Sendable {
  private let store: any DeliveryStore
  private let logger: Logger
  private let known = Mutex<[TargetName: String]>([:])

  init(store: any DeliveryStore, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// Learns from the store which targets are disabled.
  func reload() async throws(StoreError) {
    let targets = try await store.disabledTargets()
    known.withLock { $0 = targets }
  }

  /// Returns whether a target is disabled. If this node believes so, it asks the store: the target may have been enabled, and
  /// a delivery must not be given up for an outdated reason.
  /// - Returns: the outcome of the attempt that is not made; nil if it may be made
  func refusal(of target: TargetName) async -> DeliveryOutcome? {
    if known.withLock({ $0[target] }) == nil { return nil }
    do {
      try await reload()
    } catch {
      return .retryable(DeliveryFailure("whether the target is still disabled could not be read"))
    }
    return known.withLock { $0[target] }.map { .permanent(DeliveryFailure("the target is disabled: \($0)")) }
  }

  /// Disables a target for all nodes.
  func disable(_ target: TargetName, reason: String) async {
    known.withLock { $0[target] = reason }
    logger.error(
      "a target accepts no more deliveries and is disabled on all nodes; test its receiver to enable it again",
      metadata: ["receiver": "\(target.receiver)", "target": "\(target.target)", "reason": "\(reason)"])
    do {
      try await store.disable(target, reason: reason)
    } catch {
      logger.warning("a target could not be disabled on the other nodes", metadata: ["error": "\(error)"])
    }
  }
}
