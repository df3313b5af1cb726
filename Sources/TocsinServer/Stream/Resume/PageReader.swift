import Synchronization
import TocsinCore

/// Reads pages of the event log for all clients of the node that resume further back than its tail reaches.
///
/// One page at a time, and a page serves everyone whose place lies in it: however many clients resume at once, from
/// whatever places, the log is read about once.
final class PageReader: Sendable {
  /// Who waits for what follows a place.
  private struct Request: Sendable {
    let place: EventID
    let answer: @Sendable (HistoryPage) -> Void
  }

  private let history: any EventHistory
  private let pageSize: Int
  private let waiting = Mutex<[Request]>([])
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  /// A reader of that log.
  init(history: any EventHistory, pageSize: Int) {
    self.history = history
    self.pageSize = pageSize
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Asks for what follows a place; the answer comes on any thread.
  func request(after place: EventID, answer: @escaping @Sendable (HistoryPage) -> Void) {
    waiting.withLock { $0.append(Request(place: place, answer: answer)) }
    signal.yield()
  }

  /// No more requests: ``run()`` returns.
  func finish() {
    signal.finish()
  }

  /// Answers requests until ``finish()``.
  func run() async {
    for await _ in signals {
      let requests = waiting.withLock { requests in
        let taken = requests
        requests = []
        return taken
      }
      for group in Dictionary(grouping: requests, by: \.place.epoch).values {
        await serve(group.sorted { $1.place.isAfter($0.place) }[...])
      }
    }
  }

  private func serve(_ requests: ArraySlice<Request>) async {
    var rest = requests
    while let first = rest.first {
      switch await page(after: first.place) {
      case .unavailable:
        for request in rest { request.answer(.unavailable) }
        return
      case .trimmed:
        let kept = await firstKept(of: rest)
        for request in rest[..<kept] { request.answer(.trimmed) }
        rest = rest[kept...]
      case .events(let events):
        var events = events
        while let request = rest.first, request.place == first.place || events.contains(beyond: request.place) {
          events = events.drop { !$0.id.isAfter(request.place) }
          request.answer(.events(events))
          rest.removeFirst()
        }
      }
    }
  }

  /// The first of the requests, of which the first one comes too late, whose events are still there: what is trimmed
  /// is the oldest part, so that it can be found by halving.
  private func firstKept(of requests: ArraySlice<Request>) async -> Int {
    var low = requests.startIndex + 1
    var high = requests.endIndex
    while low < high {
      let middle = (low + high) / 2
      if case .trimmed = await page(after: requests[middle].place) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func page(after place: EventID) async -> HistoryPage {
    do {
      guard let events = try await history.events(after: place, limit: pageSize) else { return .trimmed }
      return .events(events.map { EncodedEvent($0) }[...])
    } catch {
      return .unavailable
    }
  }
}

extension ArraySlice<EncodedEvent> {
  /// Whether events follow that place among these.
  fileprivate func contains(beyond place: EventID) -> Bool {
    last.map { $0.id.isAfter(place) } ?? false
  }
}
