import Synchronization
package import TocsinCore
import TocsinEngine

/// A clock that a test moves: it never moves by itself, so who sleeps by it wakes when the test says so.
///
/// It also tells the time of the twins' servers (``timestamp``): one step moves leases, cooldowns and loops together.
package final class ManualClock: EngineClock {
  private struct Sleeper {
    var deadline: ContinuousClock.Instant
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now = ContinuousClock.now
    var elapsed = Duration.zero
    var number = 0
    var sleepers: [Int: Sleeper] = [:]
    /// Sleeps that were cancelled before they began.
    var cancelled: Set<Int> = []
    var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    /// Those who wait for as many sleepers as there are.
    mutating func takeWatchers() -> [CheckedContinuation<Void, Never>] {
      let done = watchers.filter { $0.count <= sleepers.count }.map(\.continuation)
      watchers.removeAll { $0.count <= sleepers.count }
      return done
    }
  }

  private let state = Mutex(State())
  private let start: Timestamp

  /// A clock at that time.
  package init(at start: Timestamp = Timestamp(milliseconds: 1_800_000_000_000)) {
    self.start = start
  }

  package var now: ContinuousClock.Instant { state.withLock { $0.now } }
  package var minimumResolution: Duration { .nanoseconds(1) }

  /// The time of day.
  package var timestamp: Timestamp {
    let (seconds, attoseconds) = state.withLock { $0.elapsed }.components
    return start.advanced(by: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }

  /// Moves the time, and wakes who has slept long enough.
  package func advance(by step: Duration) {
    let awake = state.withLock { state in
      state.now += step
      state.elapsed += step
      let awake = state.sleepers.filter { $0.value.deadline <= state.now }
      for id in awake.keys { state.sleepers[id] = nil }
      return awake.values.sorted { $0.deadline < $1.deadline }
    }
    for sleeper in awake { sleeper.continuation.resume() }
  }

  /// Waits until so many tasks sleep.
  package func waitForSleepers(_ count: Int) async {
    await withCheckedContinuation { continuation in
      let done = state.withLock { state in
        state.watchers.append((count, continuation))
        return state.takeWatchers()
      }
      for watcher in done { watcher.resume() }
    }
  }

  package func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
    let id = state.withLock { state in
      state.number += 1
      return state.number
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        begin(id, Sleeper(deadline: deadline, continuation: continuation))
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        let sleeper = state.sleepers.removeValue(forKey: id)
        if sleeper == nil { state.cancelled.insert(id) }
        return sleeper
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }

  private func begin(_ id: Int, _ sleeper: Sleeper) {
    enum Start { case cancelled, over, asleep }
    let (start, watchers) = state.withLock { state -> (Start, [CheckedContinuation<Void, Never>]) in
      if state.cancelled.remove(id) != nil { return (.cancelled, []) }
      if sleeper.deadline <= state.now { return (.over, []) }
      state.sleepers[id] = sleeper
      return (.asleep, state.takeWatchers())
    }
    switch start {
    case .cancelled: sleeper.continuation.resume(throwing: CancellationError())
    case .over: sleeper.continuation.resume()
    case .asleep: for watcher in watchers { watcher.resume() }
    }
  }
}
