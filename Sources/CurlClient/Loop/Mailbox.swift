import Synchronization

/// What other threads tell the loop's thread; each message wakes it.
final class Mailbox: Sendable {
  /// Something that the thread must know.
  enum Event: Sendable {
    case submitted(Job)
    case cancelled(UInt64)
    case mailEnded(UInt64, lane: Int, Exchange)
    case laneEnded(Int)
    case shutDown(by: ContinuousClock.Instant)
    case abort
    /// Resumed when the thread has ended.
    case awaitEnd(CheckedContinuation<Void, Never>)
  }

  private struct State {
    var events: [Event] = []
    /// Nil once the thread takes no more events.
    var multi: MultiHandle.Shared?
  }

  private let state: Mutex<State>

  init(_ multi: MultiHandle.Shared) {
    state = Mutex(State(multi: multi))
  }

  /// The handle that events wake; nil once they are not taken any more.
  var multi: MultiHandle.Shared? { state.withLock { $0.multi } }

  /// Leaves an event for the thread.
  /// - Returns: false when the thread has ended
  func post(_ event: Event) -> Bool {
    let (isOpen, sleeper) = state.withLock { state in
      guard let multi = state.multi else { return (false, MultiHandle.Shared?.none) }
      state.events.append(event)
      // Whoever left the first one has woken the thread.
      return (true, state.events.count == 1 ? multi : nil)
    }
    sleeper?.handle.wakeUp()
    return isOpen
  }

  /// Takes what has come, in its order.
  func take() -> [Event] {
    state.withLock { exchange(&$0.events, with: []) }
  }

  /// Takes no more events.
  /// - Returns: what had come
  func close() -> [Event] {
    state.withLock { state in
      state.multi = nil
      return exchange(&state.events, with: [])
    }
  }
}
