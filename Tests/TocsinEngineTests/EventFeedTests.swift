import Logging
import Synchronization
import Testing
import TocsinCore
import TocsinMetrics

@testable import TocsinEngine

@Suite struct EventFeedTests {
  /// A log that keeps nothing but the place of its end.
  final class EmptiedLog: EventLog {
    let end = Mutex(EventFeedTests.place(1))

    func events(after place: EventID, limit: Int) async throws(StoreError) -> [LoggedEvent]? { nil }
    func isIntact(upTo place: EventID) async throws(StoreError) -> Bool { false }
    func newest() async throws(StoreError) -> EventID { end.withLock { $0 } }
  }

  /// Tells which places the feed told its clients to go on from.
  struct Sink: EventSink {
    let places: AsyncStream<EventID>.Continuation

    func deliver(_ events: [LoggedEvent]) {}
    func resync(reason: String, position: EventID) { places.yield(position) }
  }

  static func place(_ number: UInt64, epoch: String = "e") -> EventID {
    EventID(epoch: epoch, milliseconds: number, sequence: 0)
  }

  @Test func thePlaceBeforeAGapIsNotForgottenUntilItIsVerified() async {
    let log = EmptiedLog()
    let feed = EventFeed(
      log: log, metrics: EngineMetrics(MetricsRegistry()),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let (stream, continuation) = AsyncStream.makeStream(of: EventID.self)
    feed.attach(Sink(places: continuation))
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await feed.run() }
      var places = stream.makeAsyncIterator()
      func goesOn(from place: EventID) async {
        log.end.withLock { $0 = place }
        feed.disconnected()
        feed.listening()
        #expect(await places.next() == place)
      }
      await goesOn(from: Self.place(1))
      #expect(feed.placeToVerify == Self.place(1))
      // Another server: events are missing, and it has newer ones already.
      await goesOn(from: Self.place(5))
      await goesOn(from: Self.place(7))
      #expect(feed.position == Self.place(7))
      #expect(feed.placeToVerify == Self.place(1))
      feed.verified(Self.place(5))
      #expect(feed.placeToVerify == Self.place(1))
      feed.verified(Self.place(1))
      #expect(feed.placeToVerify == Self.place(7))
      await goesOn(from: Self.place(8))
      #expect(feed.placeToVerify == Self.place(7))
      // In another epoch the places of this one mean nothing.
      await goesOn(from: Self.place(2, epoch: "f"))
      #expect(feed.placeToVerify == Self.place(2, epoch: "f"))
      group.cancelAll()
    }
  }
}
