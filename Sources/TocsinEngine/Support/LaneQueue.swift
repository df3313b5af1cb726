import Synchronization

/// A queue that several lanes work off, each taking many submissions at once.
///
/// Lanes are woken one at a time: while one is on its way, what arrives waits for it, so that submissions of one
/// moment go together, and a lane that finds more than it can take wakes the next.
final class LaneQueue<Element: Sendable>: Sendable {
  private struct Submission {
    var element: Element
    var weight: Int
  }

  private struct State {
    var submissions: [Submission] = []
    var idle: [CheckedContinuation<Void, Never>] = []
    var isWaking = false
    var isClosed = false

    /// A lane to be woken, if there is work for it and none is on its way.
    mutating func wake() -> CheckedContinuation<Void, Never>? {
      guard !isWaking, !submissions.isEmpty, let lane = idle.popLast() else { return nil }
      isWaking = true
      return lane
    }

    /// Whole submissions up to the limit, at least one.
    mutating func take(limit: Int) -> [Element] {
      var weight = 0
      var count = 0
      while count < submissions.count, count == 0 || weight + submissions[count].weight <= limit {
        weight += submissions[count].weight
        count += 1
      }
      let taken = submissions[..<count].map(\.element)
      submissions.removeFirst(count)
      return taken
    }
  }

  private let state = Mutex(State())

  /// Adds a submission.
  /// - Returns: false where the queue is closed: then it was not added
  func append(_ element: Element, weight: Int) -> Bool {
    let (isOpen, lane) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
      guard !state.isClosed else { return (false, nil) }
      state.submissions.append(Submission(element: element, weight: weight))
      return (true, state.wake())
    }
    lane?.resume()
    return isOpen
  }

  /// Waits for work.
  /// - Parameter limit: of the weights taken together; a heavier submission goes alone
  /// - Returns: submissions in their order; none once the queue is closed and worked off
  func next(limit: Int) async -> [Element] {
    while true {
      let (taken, isOver, lane) = state.withLock { state in
        state.isWaking = false
        let taken = state.take(limit: limit)
        return (taken, state.isClosed, state.wake())
      }
      lane?.resume()
      if !taken.isEmpty || isOver { return taken }
      await withCheckedContinuation { lane in
        let goesOn = state.withLock { state in
          let goesOn = state.isClosed || !state.submissions.isEmpty
          if !goesOn { state.idle.append(lane) }
          return goesOn
        }
        if goesOn { lane.resume() }
      }
    }
  }

  /// Takes no more submissions, and lets lanes end once those that are there are worked off.
  func close() {
    let lanes = state.withLock { state in
      state.isClosed = true
      defer { state.idle = [] }
      return state.idle
    }
    for lane in lanes { lane.resume() }
  }
}
