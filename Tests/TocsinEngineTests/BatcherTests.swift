import Synchronization
import Testing

@testable import TocsinEngine

@Suite struct BatcherTests {
  /// Requests that wait until the test lets them go on.
  private final class Gate: Sendable {
    private let batches: AsyncStream<([Int], CheckedContinuation<Void, Never>)>
    private let arrival: AsyncStream<([Int], CheckedContinuation<Void, Never>)>.Continuation

    init() { (batches, arrival) = AsyncStream.makeStream() }

    func pass(_ items: [Int]) async -> [Int] {
      await withCheckedContinuation { _ = arrival.yield((items, $0)) }
      return items.map { $0 * 10 }
    }

    /// The next request under way.
    func next() async -> (items: [Int], goOn: CheckedContinuation<Void, Never>)? {
      for await batch in batches { return batch }
      return nil
    }
  }

  private func with(
    limit: Int, lanes: Int, _ body: (Batcher<Int, Int>, Gate) async throws -> Void
  ) async throws {
    let gate = Gate()
    let batcher = Batcher<Int, Int>(limit: limit, lanes: lanes) { await gate.pass($0) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await batcher.run() }
      try await body(batcher, gate)
      batcher.finish()
      try await group.waitForAll()
    }
  }

  @Test func whatArrivesWhileTheLaneIsBusyGoesTogether() async throws {
    try await with(limit: 4, lanes: 1) { batcher, gate in
      async let first = batcher.submit([1])
      let one = try #require(await gate.next())
      #expect(one.items == [1])
      // In this order: each is in the queue before the next is submitted.
      let rest = (2...4).map { item in Task.immediate { await batcher.submit([item, -item]) } }
      one.goOn.resume()
      let two = try #require(await gate.next())
      #expect(two.items == [2, -2, 3, -3])
      two.goOn.resume()
      let three = try #require(await gate.next())
      #expect(three.items == [4, -4])
      three.goOn.resume()
      #expect(await first == [10])
      for (item, task) in zip(2...4, rest) { #expect(await task.value == [item * 10, item * -10]) }
    }
  }

  @Test func aLargeSubmissionGoesAlone() async throws {
    try await with(limit: 2, lanes: 1) { batcher, gate in
      let small = Task.immediate { await batcher.submit([1]) }
      let large = Task.immediate { await batcher.submit([2, 3, 4]) }
      let one = try #require(await gate.next())
      #expect(one.items == [1])
      one.goOn.resume()
      let two = try #require(await gate.next())
      #expect(two.items == [2, 3, 4])
      two.goOn.resume()
      #expect(await small.value == [10])
      #expect(await large.value == [20, 30, 40])
    }
  }

  @Test func anotherLaneTakesWhatOneLeaves() async throws {
    try await with(limit: 1, lanes: 2) { batcher, gate in
      let tasks = (1...3).map { item in Task.immediate { await batcher.submit([item]) } }
      let one = try #require(await gate.next())
      let two = try #require(await gate.next())
      #expect(Set(one.items + two.items) == [1, 2])
      two.goOn.resume()
      let three = try #require(await gate.next())
      #expect(three.items == [3])
      one.goOn.resume()
      three.goOn.resume()
      for (item, task) in zip(1...3, tasks) { #expect(await task.value == [item * 10]) }
    }
  }

  @Test func afterTheEndWhatWaitsIsWorkedOffAndNothingMoreIsTaken() async throws {
    try await with(limit: 1, lanes: 1) { batcher, gate in
      let tasks = (1...2).map { item in Task.immediate { await batcher.submit([item]) } }
      let one = try #require(await gate.next())
      batcher.finish()
      #expect(await batcher.submit([9]) == nil)
      one.goOn.resume()
      let two = try #require(await gate.next())
      two.goOn.resume()
      for (item, task) in zip(1...2, tasks) { #expect(await task.value == [item * 10]) }
    }
  }

  @Test func aSubmissionWithoutATaskIsAnsweredOnceAndRefusedAfterTheEnd() async throws {
    try await with(limit: 4, lanes: 1) { batcher, gate in
      let (answers, answer) = AsyncStream.makeStream(of: [Int]?.self)
      batcher.submit([1]) { answer.yield($0.map(Array.init)) }
      let one = try #require(await gate.next())
      batcher.submit([2, 3]) { answer.yield($0.map(Array.init)) }
      batcher.submit([4]) { answer.yield($0.map(Array.init)) }
      one.goOn.resume()
      let two = try #require(await gate.next())
      #expect(two.items == [2, 3, 4])
      batcher.finish()
      batcher.submit([5]) { answer.yield($0.map(Array.init)) }
      two.goOn.resume()
      var heard: [[Int]?] = []
      for await output in answers {
        heard.append(output)
        if heard.count == 4 { answer.finish() }
      }
      #expect(heard == [[10], nil, [20, 30], [40]])
    }
  }

  @Test func nothingIsLostAndNothingIsMixedUp() async {
    let batcher = Batcher<Int, Int>(limit: 7, lanes: 3) { items in
      await Task.yield()
      return items.map { $0 * 10 }
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await batcher.run() }
      await withTaskGroup(of: Void.self) { callers in
        for caller in 0..<200 {
          callers.addTask {
            for round in 0..<20 {
              let items = (0...(round % 4)).map { caller * 1000 + round * 10 + $0 }
              #expect(await batcher.submit(items) == items.map { $0 * 10 })
            }
          }
        }
      }
      batcher.finish()
    }
  }
}
