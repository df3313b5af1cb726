import Synchronization
package import TocsinCore

/// What goes wrong in a twin, and when. Each call of a port passes through ``around(_:_:)``.
///
/// A call has the name of its method as Swift writes it: `claim(_:)`, `announce(changes:)`.
package final class Faults: Sendable {
  /// When a call fails.
  package enum Moment: Sendable, Hashable, CaseIterable {
    /// Nothing was done.
    case beforeEffect
    /// All was done, and the answer is lost.
    case afterEffect
  }

  private struct Fault {
    var error: StoreError
    var moment: Moment
    /// Of calls of one name; nil for any.
    var call: String?
    /// How many more of these calls go well before the first that fails.
    var spared: Int
    /// How many fail.
    var times: Int
  }

  /// A call that waits to be let through.
  private struct Held {
    var call: String
    var continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var faults: [Fault] = []
    var calls: [String] = []
    var holds: Set<String> = []
    var held: [Held] = []
    var watchers: [(call: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    mutating func takeWatchers() -> [CheckedContinuation<Void, Never>] {
      guard !watchers.isEmpty else { return [] }
      var done: [CheckedContinuation<Void, Never>] = []
      watchers.removeAll { watcher in
        guard calls.count(where: { $0 == watcher.call }) >= watcher.count else { return false }
        done.append(watcher.continuation)
        return true
      }
      return done
    }

    /// Counts a call, and says how it ends.
    mutating func begin(_ call: String) -> (StoreError, Moment)? {
      calls.append(call)
      for index in faults.indices where faults[index].call == nil || faults[index].call == call {
        if faults[index].spared > 0 {
          faults[index].spared -= 1
          continue
        }
        guard faults[index].times > 0 else { continue }
        faults[index].times -= 1
        return (faults[index].error, faults[index].moment)
      }
      return nil
    }
  }

  private let state = Mutex(State())

  /// Nothing goes wrong.
  package init() {}

  /// The calls so far, in the order in which they began.
  package var calls: [String] { state.withLock { $0.calls } }

  /// Lets calls fail.
  /// - Parameters:
  ///   - call: the name of the calls that fail; nil for all
  ///   - count: how many of them go well first
  ///   - times: how many fail then
  package func fail(
    _ error: StoreError, at call: String? = nil, after count: Int = 0, _ moment: Moment = .beforeEffect,
    times: Int = .max
  ) {
    state.withLock {
      $0.faults.append(Fault(error: error, moment: moment, call: call, spared: count, times: times))
    }
  }

  /// Lets calls fail because the server is away, until ``mend()``.
  package func goAway(_ backend: String) {
    fail(StoreError(.unavailable, backend: backend, message: "away"))
  }

  /// All goes well from now on.
  package func mend() {
    state.withLock { $0.faults = [] }
  }

  /// Lets calls of that name wait before their effect, until ``letGo(_:)``.
  package func hold(_ call: String) {
    state.withLock { _ = $0.holds.insert(call) }
  }

  /// Lets those that wait go on, and later ones pass.
  package func letGo(_ call: String) {
    let held = state.withLock { state in
      state.holds.remove(call)
      defer { state.held.removeAll { $0.call == call } }
      return state.held.filter { $0.call == call }
    }
    for call in held { call.continuation.resume() }
  }

  /// Waits until a call of that name was made so often, those before included.
  package func wait(for call: String, count: Int = 1) async {
    await withCheckedContinuation { continuation in
      let done = state.withLock { state in
        state.watchers.append((call, count, continuation))
        return state.takeWatchers()
      }
      for watcher in done { watcher.resume() }
    }
  }

  /// Performs a call, unless it is to fail.
  package func around<Value: Sendable>(
    _ call: String = #function, _ effect: () throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let (fault, watchers) = state.withLock { state in
      let fault = state.begin(call)
      return (fault, state.takeWatchers())
    }
    for watcher in watchers { watcher.resume() }
    await pass(call)
    guard let (error, moment) = fault else { return try effect() }
    if moment == .afterEffect { _ = try effect() }
    throw error
  }

  private func pass(_ call: String) async {
    guard state.withLock({ $0.holds.contains(call) }) else { return }
    await withCheckedContinuation { continuation in
      let isHeld = state.withLock { state in
        let isHeld = state.holds.contains(call)
        if isHeld { state.held.append(Held(call: call, continuation: continuation)) }
        return isHeld
      }
      if !isHeld { continuation.resume() }
    }
  }
}
