import Synchronization
import TocsinCore

/// Makes one request of many: what arrives while one is under way goes together in the next.
///
/// Without load nothing waits for company: a request that finds the lane free goes at once, alone.
final class Batcher<Item: Sendable, Output: Sendable>: Sendable {
  typealias Answer = Result<[Output], StoreError>

  private struct Submission {
    var items: [Item]
    var waiter: CheckedContinuation<Answer, Never>
  }

  private struct State {
    var queue: [Submission] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let wakes: [Signal]
  private let limit: Int
  private let perform: @Sendable ([Item]) async throws(StoreError) -> [Output]

  /// - Parameters:
  ///   - limit: how many items go into one request; a larger submission goes whole, alone
  ///   - lanes: how many requests may be under way at once
  ///   - perform: the request; answers one output for each item, in their order
  init(limit: Int, lanes: Int, perform: @escaping @Sendable ([Item]) async throws(StoreError) -> [Output]) {
    self.limit = limit
    self.perform = perform
    wakes = (0..<lanes).map { _ in Signal() }
  }

  /// Passes items on, together with those of others.
  /// - Returns: one output for each, in their order
  /// - Throws: what the request threw that they were part of
  func submit(_ items: [Item]) async throws(StoreError) -> [Output] {
    let answer: Answer = await withCheckedContinuation { waiter in
      let isClosed = state.withLock { state in
        if !state.isClosed { state.queue.append(Submission(items: items, waiter: waiter)) }
        return state.isClosed
      }
      if isClosed {
        let error = StoreError(.unavailable, backend: "redis", message: "the node has stopped")
        waiter.resume(returning: .failure(error))
      } else {
        for wake in wakes { wake.send() }
      }
    }
    return try answer.get()
  }

  /// Works until ``finish()``; then what waits is still worked off.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      for wake in wakes {
        group.addTask {
          for await _ in wake.signals { await self.work() }
          await self.work()
        }
      }
    }
    let left = state.withLock { state in
      state.isClosed = true
      defer { state.queue = [] }
      return state.queue
    }
    let error = StoreError(.unavailable, backend: "redis", message: "the node has stopped")
    for submission in left { submission.waiter.resume(returning: .failure(error)) }
  }

  /// Ends ``run()``.
  func finish() {
    for wake in wakes { wake.finish() }
  }

  private func work() async {
    while true {
      let taken = state.withLock { Batcher.take(&$0.queue, limit: limit) }
      guard !taken.isEmpty else { return }
      do throws(StoreError) {
        var outputs = try await perform(taken.flatMap(\.items))[...]
        for submission in taken {
          submission.waiter.resume(returning: .success(Array(outputs.prefix(submission.items.count))))
          outputs = outputs.dropFirst(submission.items.count)
        }
      } catch {
        for submission in taken { submission.waiter.resume(returning: .failure(error)) }
      }
    }
  }

  /// Whole submissions up to the limit of items, at least one.
  private static func take(_ queue: inout [Submission], limit: Int) -> [Submission] {
    var items = 0
    var count = 0
    while count < queue.count, count == 0 || items + queue[count].items.count <= limit {
      items += queue[count].items.count
      count += 1
    }
    let taken = Array(queue[..<count])
    queue.removeFirst(count)
    return taken
  }
}
