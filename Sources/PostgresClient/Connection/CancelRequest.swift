import Support
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
  /// - Throws: where there is no thread for it; then nothing is sent
  func start(wakeup: Wakeup) throws(SystemError) {
    try SystemThread.start("pg-cancel", stackSize: 1 << 18) {
      _ = self.handle.send()
      self.finished.store(true, ordering: .releasing)
      wakeup.signal()
    }
  }
}
