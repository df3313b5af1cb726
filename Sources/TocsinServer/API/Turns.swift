import Synchronization

/// Lets a limited number of tasks work at the same time; the others wait in their order.
///
/// It is for endpoints that read much: what they hold in memory is bounded however many requests come.
final class Turns: Sendable {
  private struct State {
    var free: Int
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    var first = 0
    var next = 0
  }

  private let state: Mutex<State>

  /// - Parameter limit: how many tasks may work at the same time, 1 or more
  init(_ limit: Int) {
    state = Mutex(State(free: max(limit, 1)))
  }

  /// Does the work when it is its turn.
  func take<Value: Sendable>(_ work: () async throws -> Value) async rethrows -> Value {
    await begin()
    defer { end() }
    return try await work()
  }

  private func begin() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.free > 0 {
          state.free -= 1
          return true
        }
        state.waiting[state.next] = continuation
        state.next += 1
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  private func end() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard let next = state.waiting.removeValue(forKey: state.first) else {
        state.free += 1
        return nil
      }
      state.first += 1
      return next
    }
    next?.resume()
  }
}
