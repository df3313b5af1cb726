import TocsinCore

/// Makes one request of many: what arrives while all lanes are busy goes together in the next.
///
/// Without load nothing waits for company: a request that finds a lane free goes at once, alone.
final class Batcher<Item: Sendable, Output: Sendable>: Sendable {
  private struct Submission: Sendable {
    var items: [Item]
    var then: @Sendable (ArraySlice<Output>?) -> Void
  }

  private let queue = LaneQueue<Submission>()
  private let limit: Int
  private let lanes: Int
  private let perform: @Sendable ([Item]) async -> [Output]

  /// - Parameters:
  ///   - limit: how many items go into one request; a larger submission goes whole, alone
  ///   - lanes: how many requests may be under way at once
  ///   - perform: the request; answers one output for each item, in their order
  init(limit: Int, lanes: Int, perform: @escaping @Sendable ([Item]) async -> [Output]) {
    self.limit = limit
    self.lanes = lanes
    self.perform = perform
  }

  /// Passes items on, together with those of others.
  /// - Returns: one output for each, in their order; nil after ``finish()``: then nothing was done
  func submit(_ items: [Item]) async -> [Output]? {
    await withCheckedContinuation { waiter in
      submit(items) { waiter.resume(returning: $0.map(Array.init)) }
    }
  }

  /// The same without a task that waits.
  /// - Parameter then: called once, on any thread or before this returns, with one output for each item or nil
  func submit(_ items: [Item], then: @escaping @Sendable (ArraySlice<Output>?) -> Void) {
    if !queue.append(Submission(items: items, then: then), weight: items.count) { then(nil) }
  }

  /// Works until ``finish()``; then what waits is still worked off.
  func run() async {
    await withTaskCancellationHandler {
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<lanes { group.addTask { await self.work() } }
      }
    } onCancel: {
      finish()
    }
  }

  /// Ends ``run()``.
  func finish() {
    queue.close()
  }

  private func work() async {
    while true {
      let taken = await queue.next(limit: limit)
      if taken.isEmpty { return }
      var outputs = await perform(taken.flatMap(\.items))[...]
      for submission in taken {
        submission.then(outputs.prefix(submission.items.count))
        outputs = outputs.dropFirst(submission.items.count)
      }
    }
  }
}
