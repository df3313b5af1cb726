import Synchronization

/// Counts events, and lets a test wait for the n-th; no longer than the test's time limit, which cancels it.
final class Tally: Sendable {
  private typealias Waiter = (wanted: Int, continuation: CheckedContinuation<Void, Never>)

  private struct State {
    var count = 0
    var lastID = 0
    var waiters: [Int: Waiter] = [:]

    mutating func take(where isReady: (Waiter) -> Bool) -> [Waiter] {
      let ready = waiters.filter { isReady($0.value) }
      for id in ready.keys { waiters[id] = nil }
      return Array(ready.values)
    }
  }

  private let state = Mutex(State())

  var count: Int { state.withLock { $0.count } }

  func add() {
    let ready = state.withLock { state in
      state.count += 1
      return state.take { [count = state.count] in $0.wanted <= count }
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// Waits until there were that many events, or the task is cancelled.
  func wait(for wanted: Int) async {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.count >= wanted || Task.isCancelled { return true }
          state.waiters[id] = (wanted, continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
      waiter?.continuation.resume()
    }
  }
}
