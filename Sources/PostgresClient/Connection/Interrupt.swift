import Synchronization

/// Carries a task's cancellation to the thread that runs its statement.
///
/// Each statement has a number, so that a cancellation that comes late hits no other one.
final class Interrupt: Sendable {
  private struct State {
    var current: UInt64 = 0
    var isRunning = false
    var isCancelled = false
  }

  private let state = Mutex(State())
  private let wakeup: Wakeup

  init(wakeup: Wakeup) {
    self.wakeup = wakeup
  }

  /// Whether the running statement is to be stopped.
  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// A statement begins.
  /// - Returns: its number
  func begin() -> UInt64 {
    state.withLock { state in
      state.current += 1
      state.isRunning = true
      state.isCancelled = false
      return state.current
    }
  }

  /// The statement has ended.
  func end() {
    state.withLock { state in
      state.isRunning = false
      state.isCancelled = false
    }
  }

  /// Stops the statement of that number, if it still runs. From any thread.
  func cancel(_ number: UInt64) {
    let wake = state.withLock { state in
      guard state.isRunning, state.current == number else { return false }
      state.isCancelled = true
      return true
    }
    if wake { wakeup.signal() }
  }
}
