import Synchronization

/// Who waits for a connection, and until when.
final class Presence: Sendable {
  /// What a waiter waits for.
  enum Wish {
    /// The outcome of the very first attempt.
    case firstAttempt
    /// A connection; or that the server refuses one, which waiting does not mend.
    case connection
  }

  private struct Waiting {
    let wish: Wish
    let continuation: CheckedContinuation<RedisError?, Never>
  }

  private struct State {
    var wasTried = false
    var isStopped = false
    var waiting: [UInt64: Waiting] = [:]
  }

  private let state = Mutex(State())
  private let ids = Atomic<UInt64>(0)

  /// Whether no attempt to connect has come to an end yet.
  var isBeforeFirstAttempt: Bool {
    state.withLock { !$0.wasTried && !$0.isStopped }
  }

  /// A key for ``wait(_:as:unless:)``.
  func newID() -> UInt64 {
    ids.wrappingAdd(1, ordering: .relaxed).newValue
  }

  /// Waits until the wish comes true (`nil`) or cannot (why).
  /// - Parameter isTrue: whether it is true already
  func wait(_ wish: Wish, as id: UInt64, unless isTrue: () -> Bool) async -> RedisError? {
    await withCheckedContinuation { continuation in
      let error = state.withLock { state -> RedisError?? in
        if state.isStopped { return .some(Self.stopped) }
        // Under the lock: a cancellation that comes later finds the waiter.
        if wish == .connection && Task.isCancelled { return .some(Self.cancelled) }
        if isTrue() || wish == .firstAttempt && state.wasTried { return .some(nil) }
        state.waiting[id] = Waiting(wish: wish, continuation: continuation)
        return nil
      }
      if let error { continuation.resume(returning: error) }
    }
  }

  /// Ends one waiting.
  func giveUp(_ id: UInt64, _ error: RedisError) {
    let waiting = state.withLock { $0.waiting.removeValue(forKey: id) }
    waiting?.continuation.resume(returning: error)
  }

  /// An attempt ended: with a connection (`nil`) or with an error.
  func attempted(_ error: RedisError?) {
    let isFinal = error == nil || error?.code == .serverError
    let waiting = state.withLock { state in
      state.wasTried = true
      let over = state.waiting.filter { isFinal || $0.value.wish == .firstAttempt }
      for id in over.keys { state.waiting[id] = nil }
      return over.values
    }
    for waiting in waiting { waiting.continuation.resume(returning: error) }
  }

  /// No more attempts will be made.
  func stop() {
    let waiting = state.withLock { state in
      state.isStopped = true
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for waiting in waiting { waiting.continuation.resume(returning: Self.stopped) }
  }

  /// What a cancelled wait ends with.
  static var cancelled: RedisError { RedisError(.notConnected, "the wait for a connection was cancelled") }

  private static var stopped: RedisError { RedisError(.shutdown, "the client was shut down") }
}
