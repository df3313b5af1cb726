import Synchronization

/// Counts events, and lets a test wait for the n-th.
final class Tally: Sendable {
  private struct State {
    var count = 0
    var waiters: [(wanted: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  var count: Int { state.withLock { $0.count } }

  func add() {
    let ready = state.withLock { state in
      state.count += 1
      let ready = state.waiters.filter { $0.wanted <= state.count }
      state.waiters.removeAll { $0.wanted <= state.count }
      return ready
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// Waits until there were that many events.
  func wait(for wanted: Int) async {
    await withCheckedContinuation { continuation in
      let isReached = state.withLock { state in
        if state.count < wanted { state.waiters.append((wanted, continuation)) }
        return state.count >= wanted
      }
      if isReached { continuation.resume() }
    }
  }
}
