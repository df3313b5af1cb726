import Foundation
import Synchronization

/// A cancel request under way.
///
/// `PQcancel` waits for the server without a limit, so it has a thread of its own; the connection's
/// thread waits only as long as it likes.
final class CancelRequest: Sendable {
  private let handle: CancelHandle
  private let finished = Atomic(false)

  init(_ handle: consuming CancelHandle) {
    self.handle = handle
  }

  /// Whether the request has reached the server, or failed: from then on it hits no later statement.
  var isFinished: Bool { finished.load(ordering: .acquiring) }

  /// Sends the request; wakes the connection's thread when it is through.
  func start(wakeup: Wakeup) {
    let thread = Thread {
      _ = self.handle.send()
      self.finished.store(true, ordering: .releasing)
      wakeup.signal()
    }
    thread.name = "pg-cancel"
    thread.stackSize = 1 << 18
    thread.start()
  }
}
