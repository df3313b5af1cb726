import Foundation
import Synchronization

/// SIGHUP before the node listens to it.
package enum HangUp {
  private static let hasCome = Atomic(false)

  /// From now on SIGHUP does not end the process but is remembered, until ``ReceiverReload`` listens to it.
  package static func remember() {
    // Made here, not when the signal comes: a handler must not wait for anything.
    hasCome.store(false, ordering: .relaxed)
    signal(SIGHUP) { _ in HangUp.hasCome.store(true, ordering: .relaxed) }
  }

  /// Whether one has come; asked for once.
  static func take() -> Bool { hasCome.exchange(false, ordering: .relaxed) }
}
