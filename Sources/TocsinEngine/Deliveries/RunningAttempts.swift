import Synchronization
import TocsinCore

/// The attempts under way. Each can be stopped by itself.
final class RunningAttempts: Sendable {
  private struct State {
    var number = 0
    var stops: [DeliveryID: (number: Int, stop: AsyncStream<Never>.Continuation)] = [:]
  }

  private let state = Mutex(State())

  /// Makes an attempt, which ``stop(_:)`` cancels.
  /// - Parameter attempt: returns nil if it does not begin. It is called once ``stop(_:)`` knows the delivery; it has to
  ///   check by itself whether the delivery was stopped before that
  /// - Returns: the outcome, also of an attempt that was stopped
  func run(
    _ id: DeliveryID, _ attempt: @escaping @Sendable () async -> DeliveryOutcome?
  ) async -> DeliveryOutcome? {
    let (stopped, stop) = AsyncStream<Never>.makeStream()
    let number = state.withLock { state in
      state.number += 1
      state.stops[id] = (state.number, stop)
      return state.number
    }
    defer {
      // A later attempt of the same delivery may have begun: this node leased it again.
      state.withLock { if $0.stops[id]?.number == number { $0.stops[id] = nil } }
    }
    return await withTaskGroup(of: Ending.self) { group in
      group.addTask { .attempt(await attempt()) }
      group.addTask {
        for await _ in stopped {}
        return .stopped
      }
      while let ending = await group.next() {
        group.cancelAll()
        if case .attempt(let outcome) = ending { return outcome }
      }
      return nil
    }
  }

  /// Cancels the attempts of these deliveries.
  func stop(_ ids: [DeliveryID]) {
    let stops = state.withLock { state in ids.compactMap { state.stops[$0]?.stop } }
    for stop in stops { stop.finish() }
  }

  private enum Ending: Sendable {
    case attempt(DeliveryOutcome?)
    case stopped
  }
}
