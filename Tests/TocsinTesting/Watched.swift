import Synchronization

/// A value that tests wait on: they go on as soon as it is what they wait for.
package final class Watched<Value: Sendable>: Sendable {
  private struct Watcher {
    var isMet: @Sendable (Value) -> Bool
    var wake: CheckedContinuation<Value, Never>
  }

  private struct State {
    var value: Value
    var watchers: [Watcher] = []
  }

  private let state: Mutex<State>

  /// A watched value.
  package init(_ value: Value) {
    state = Mutex(State(value: value))
  }

  /// The value as it is now.
  package var value: Value { state.withLock { $0.value } }

  /// Changes the value, and wakes those who waited for what it is then.
  @discardableResult
  package func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    let (result, value, met) = state.withLock { state in
      let result = body(&state.value)
      let value = state.value
      let met = state.watchers.filter { $0.isMet(value) }
      if !met.isEmpty { state.watchers.removeAll { $0.isMet(value) } }
      return (result, value, met)
    }
    for watcher in met { watcher.wake.resume(returning: value) }
    return result
  }

  /// Returns the value once it meets the condition.
  @discardableResult
  package func first(where isMet: @escaping @Sendable (Value) -> Bool) async -> Value {
    await withCheckedContinuation { wake in
      let value = state.withLock { state -> Value? in
        if isMet(state.value) { return state.value }
        state.watchers.append(Watcher(isMet: isMet, wake: wake))
        return nil
      }
      if let value { wake.resume(returning: value) }
    }
  }
}
