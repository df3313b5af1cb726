import Synchronization
import Testing
import TocsinCore

@testable import TocsinServer

/// An event log that counts how often it is read.
final class CountedHistory: EventHistory {
  private struct State {
    var reads = 0
    var isAway = false
  }

  let first: Int
  let last: Int
  private let state = Mutex(State())

  init(first: Int, last: Int) {
    self.first = first
    self.last = last
  }

  var reads: Int { state.withLock { $0.reads } }

  func goAway() { state.withLock { $0.isAway = true } }

  func events(after place: EventID, limit: Int) async throws(StoreError) -> [LoggedEvent]? {
    let isAway = state.withLock { state in
      state.reads += 1
      return state.isAway
    }
    if isAway { throw StoreError(.unavailable, backend: "redis", message: "away") }
    let number = Int(place.milliseconds)
    guard number >= first - 1 else { return nil }
    return number < last ? (number + 1...min(last, number + limit)).map { logged($0) } : []
  }
}

@Suite struct PageReaderTests {
  /// What each place is answered, asked all at once.
  private func answers(_ history: CountedHistory, for places: [Int]) async -> [Int: [Int]?] {
    let reader = PageReader(history: history, pageSize: 1000)
    let (stream, continuation) = AsyncStream.makeStream(of: (Int, [Int]?).self)
    for number in places {
      reader.request(after: place(number)) { page in
        if case .events(let events) = page {
          continuation.yield((number, events.map { Int($0.id.milliseconds) }))
        } else {
          continuation.yield((number, nil))
        }
      }
    }
    reader.finish()
    await reader.run()
    continuation.finish()
    var all: [Int: [Int]?] = [:]
    for await (number, events) in stream { all[number] = .some(events) }
    return all
  }

  @Test func `one page serves everyone whose place lies in it`() async throws {
    let history = CountedHistory(first: 1, last: 5000)
    let places = (0..<3000).map { $0 }.shuffled()
    let answers = await answers(history, for: places)
    #expect(answers.count == places.count)
    for (number, events) in answers {
      let events = try #require(events)
      #expect(events.first == number + 1)
      #expect(events == Array(number + 1..<number + 1 + events.count))
    }
    #expect(history.reads == 3)
  }

  @Test func `what is trimmed is found by halving`() async throws {
    let history = CountedHistory(first: 2001, last: 2100)
    let answers = await answers(history, for: Array(0..<2050))
    #expect(answers.count == 2050)
    for (number, events) in answers { #expect((events == nil) == (number < 2000)) }
    #expect(history.reads < 20)
  }

  @Test func `an empty answer at the end of the log`() async {
    let answers = await answers(CountedHistory(first: 1, last: 10), for: [10, 10, 9])
    #expect(answers[10] == .some([]))
    #expect(answers[9] == .some([10]))
  }

  @Test func `a log that is away is asked once for all`() async {
    let history = CountedHistory(first: 1, last: 5000)
    history.goAway()
    let answers = await answers(history, for: Array(0..<3000))
    #expect(answers.values.allSatisfy { $0 == nil })
    #expect(history.reads == 1)
  }
}
