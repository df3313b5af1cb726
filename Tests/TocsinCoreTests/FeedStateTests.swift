import Fuzzing
import Testing
import TocsinCore

/// Each test is a transcript: an event, and the action that it must lead to.
@Suite struct FeedStateTests {
  private func place(_ number: UInt64, _ epoch: String = "a") -> EventID {
    EventID(epoch: epoch, milliseconds: number, sequence: 0)
  }

  private func events(_ numbers: ClosedRange<UInt64>, _ epoch: String = "a") -> [LoggedEvent] {
    numbers.map { LoggedEvent(id: place($0, epoch), envelope: nil) }
  }

  /// Consecutive events that follow the one before them.
  private func batch(_ numbers: ClosedRange<UInt64>, _ epoch: String = "a") -> EventBatch {
    EventBatch(predecessor: place(numbers.lowerBound - 1, epoch), events: events(numbers, epoch))
  }

  private func resync(
    _ reason: FeedState.ResyncReason, _ place: EventID, _ events: [LoggedEvent] = [], ask: FeedState.Ask? = nil
  ) -> FeedState.Action {
    FeedState.Action(resync: FeedState.Resync(reason: reason, place: place), events: events, ask: ask)
  }

  private let locate = FeedState.Action(ask: .newest)

  /// A feed that listens and has everything up to 5.
  private func live() -> FeedState {
    var feed = FeedState(position: place(5))
    #expect(feed.listening() == .fill(after: place(5)))
    #expect(feed.filled(after: place(5), with: [], isComplete: true) == .none)
    #expect(feed.isLive)
    return feed
  }

  @Test func aNewNodeStartsAtTheNewest() {
    var feed = FeedState()
    #expect(feed.position == nil)
    #expect(feed.receive(batch(1...1)) == .none)
    #expect(feed.listening() == locate)
    #expect(feed.pending == .newest)
    #expect(feed.receive(batch(4...6)) == .none)
    #expect(feed.receive(batch(7...8)) == .none)
    #expect(feed.located(place(6)) == resync(.started, place(6), events(7...8)))
    #expect(feed.pending == nil)
    #expect(feed.receive(batch(9...9)) == .deliver(events(9...9)))
    #expect(feed.position == place(9))
  }

  @Test func repeatsAndOverlapsAreDropped() {
    var feed = live()
    #expect(feed.receive(batch(6...8)) == .deliver(events(6...8)))
    #expect(feed.receive(batch(6...8)) == .none)
    #expect(feed.receive(batch(7...10)) == .deliver(events(9...10)))
    #expect(feed.receive(batch(1...2)) == .none)
    #expect(feed.position == place(10))
  }

  @Test func aGapIsFilledBeforeAnythingElse() {
    var feed = live()
    #expect(feed.receive(batch(8...9)) == .fill(after: place(5)))
    #expect(!feed.isLive)
    #expect(feed.pending == .fill(after: place(5)))
    #expect(feed.receive(batch(10...11)) == .none)
    #expect(feed.filled(after: place(5), with: events(6...10), isComplete: true) == .deliver(events(6...11)))
    #expect(feed.receive(batch(12...12)) == .deliver(events(12...12)))
  }

  @Test func aLongGapIsFilledInParts() {
    var feed = live()
    #expect(feed.receive(batch(12...12)) == .fill(after: place(5)))
    #expect(
      feed.filled(after: place(5), with: events(6...8), isComplete: false)
        == FeedState.Action(events: events(6...8), ask: .fill(after: place(8))))
    #expect(feed.receive(batch(13...13)) == .none)
    #expect(feed.filled(after: place(8), with: events(9...12), isComplete: true) == .deliver(events(9...13)))
  }

  @Test func afterALostSubscriptionAFillComesFirst() {
    var feed = live()
    feed.disconnected()
    #expect(feed.pending == nil)
    #expect(feed.receive(batch(6...6)) == .none)
    #expect(feed.listening() == .fill(after: place(5)))
    #expect(feed.receive(batch(8...8)) == .none)
    #expect(feed.filled(after: place(5), with: events(6...7), isComplete: true) == .deliver(events(6...8)))
  }

  @Test func anAnswerOfAnEarlierSubscriptionDoesNoHarm() {
    var feed = live()
    #expect(feed.receive(batch(8...8)) == .fill(after: place(5)))
    feed.disconnected()
    #expect(feed.filled(after: place(5), with: events(6...8), isComplete: true) == .none)
    #expect(feed.listening() == .fill(after: place(5)))
    #expect(feed.receive(batch(12...12)) == .none)
    // The old answer arrives now: it is true as far as it goes, and what is still missing is asked for.
    #expect(
      feed.filled(after: place(5), with: events(6...8), isComplete: true)
        == FeedState.Action(events: events(6...8), ask: .fill(after: place(8))))
    #expect(feed.filled(after: place(5), with: events(6...11), isComplete: true) == .none)
    #expect(feed.filled(after: place(8), with: events(9...12), isComplete: true) == .deliver(events(9...12)))
    #expect(feed.located(place(20)) == .none)
  }

  @Test func aTrimmedLogMeansResync() {
    var feed = live()
    #expect(feed.receive(batch(90...90)) == .fill(after: place(5)))
    #expect(feed.filled(after: place(5), with: nil, isComplete: true) == locate)
    #expect(feed.receive(batch(91...92)) == .none)
    #expect(feed.located(place(91)) == resync(.eventsLost, place(91), events(92...92)))
    #expect(feed.receive(batch(93...93)) == .deliver(events(93...93)))
  }

  @Test func aLogThatLacksWhatWasPublishedMeansResync() {
    var feed = live()
    #expect(feed.receive(batch(8...8)) == .fill(after: place(5)))
    #expect(feed.filled(after: place(5), with: [], isComplete: true) == locate)
    #expect(feed.located(place(8)) == resync(.eventsLost, place(8)))
  }

  @Test func aNewEpochWhileAway() {
    var feed = live()
    feed.disconnected()
    #expect(feed.epochBegan("b") == .none)
    #expect(feed.listening() == .fill(after: place(5)))
    #expect(feed.filled(after: place(5), with: nil, isComplete: true) == locate)
    #expect(feed.located(place(3, "b")) == resync(.epochChanged, place(3, "b")))
    #expect(feed.receive(batch(4...4, "b")) == .deliver(events(4...4, "b")))
  }

  @Test func aSignalTellsOfANewEpoch() {
    var feed = live()
    #expect(feed.epochBegan("a") == .none)
    #expect(feed.epochBegan("b") == locate)
    // Late publications of the old epoch, then those of the new one.
    #expect(feed.receive(batch(6...6)) == .none)
    #expect(feed.receive(batch(7...8, "b")) == .none)
    #expect(feed.located(place(7, "b")) == resync(.epochChanged, place(7, "b"), events(8...8, "b")))
    #expect(feed.receive(batch(7...7)) == .none)
    #expect(feed.epochBegan("b") == .none)
    #expect(feed.position == place(8, "b"))
    // Late word of the old one: the log knows better.
    #expect(feed.epochBegan("a") == locate)
    #expect(feed.located(place(8, "b")) == .fill(after: place(8, "b")))
  }

  /// A replica that lacked the change of epochs took over.
  @Test func anEpochThatWasOverComesBack() {
    var feed = live()
    #expect(feed.epochBegan("b") == locate)
    #expect(feed.located(place(7, "b")) == resync(.epochChanged, place(7, "b")))
    #expect(feed.epochBegan("a") == locate)
    #expect(feed.located(place(6)) == resync(.epochChanged, place(6)))
    #expect(feed.receive(batch(7...8)) == .deliver(events(7...8)))
    #expect(feed.receive(batch(8...8, "b")) == .none)
  }

  @Test func aPublicationTellsOfANewEpoch() {
    var feed = live()
    #expect(feed.receive(batch(8...9, "b")) == locate)
    #expect(feed.receive(batch(6...6)) == .none)
    #expect(feed.located(place(8, "b")) == resync(.epochChanged, place(8, "b"), events(9...9, "b")))
    #expect(feed.receive(batch(7...7)) == .none)
    #expect(feed.epochBegan("b") == .none)
    #expect(feed.receive(batch(10...10, "b")) == .deliver(events(10...10, "b")))
  }

  @Test func aNewEpochWhileAGapIsFilled() {
    var feed = live()
    #expect(feed.receive(batch(8...8)) == .fill(after: place(5)))
    #expect(feed.epochBegan("b") == locate)
    #expect(feed.filled(after: place(5), with: events(6...8), isComplete: true) == .none)
    #expect(feed.located(place(9, "b")) == resync(.epochChanged, place(9, "b")))
  }

  @Test func aNewEpochBehindAGap() {
    var feed = live()
    #expect(feed.receive(batch(8...8)) == .fill(after: place(5)))
    #expect(feed.receive(batch(10...10, "b")) == .none)
    #expect(
      feed.filled(after: place(5), with: events(6...8), isComplete: true)
        == FeedState.Action(events: events(6...8), ask: .newest))
    #expect(feed.located(place(10, "b")) == resync(.epochChanged, place(10, "b")))
  }

  @Test func aPublicationOfAnEpochThatTheLogDoesNotHaveChangesNothing() {
    var feed = live()
    #expect(feed.receive(batch(8...9, "nonsense")) == locate)
    #expect(feed.receive(batch(6...7)) == .none)
    #expect(feed.located(place(7)) == .fill(after: place(5)))
    #expect(feed.filled(after: place(5), with: events(6...7), isComplete: true) == .deliver(events(6...7)))
    #expect(feed.receive(batch(8...8)) == .deliver(events(8...8)))
    // The same behind a gap.
    #expect(feed.receive(batch(11...11)) == .fill(after: place(8)))
    #expect(feed.receive(batch(1...1, "nonsense")) == .none)
    #expect(
      feed.filled(after: place(8), with: events(9...11), isComplete: true)
        == FeedState.Action(events: events(9...11), ask: .newest))
    #expect(feed.located(place(11)) == .fill(after: place(11)))
    #expect(feed.filled(after: place(11), with: [], isComplete: true) == .none)
    #expect(feed.isLive)
  }

  @Test func anAnswerOlderThanTheAnnouncedEpochIsAskedForAgain() {
    var feed = live()
    #expect(feed.epochBegan("b") == locate)
    #expect(feed.epochBegan("c") == .none)
    #expect(feed.located(place(9, "b")) == locate)
    #expect(feed.located(place(2, "c")) == resync(.epochChanged, place(2, "c")))
  }

  @Test func whatIsKeptIsBounded() {
    var feed = live()
    #expect(feed.receive(batch(7...7)) == .fill(after: place(5)))
    let half = UInt64(FeedState.maximumKept / 2)
    #expect(feed.receive(batch(8...(8 + half))) == .none)
    #expect(feed.receive(batch((9 + half)...(9 + 2 * half))) == .none)
    // All that was kept before the limit was dropped: it is asked for once more.
    #expect(
      feed.filled(after: place(5), with: [], isComplete: true) == .fill(after: place(5)))
    #expect(
      feed.filled(after: place(5), with: events(6...(8 + half)), isComplete: true)
        == .deliver(events(6...(9 + 2 * half))))
  }

  /// Whatever is lost on the way, what is delivered is each event once and in order, unless a resync says otherwise.
  @Test func randomLossesNeverShow() {
    var generator = SeededGenerator(seed: 99)
    for _ in 0..<200 {
      var feed = FeedState(position: place(0))
      var log: UInt64 = 0
      var delivered: [UInt64] = []
      var isListening = false
      func perform(_ action: FeedState.Action) {
        #expect(action.resync == nil)
        delivered += action.events.map(\.id.milliseconds)
      }
      for _ in 0..<300 {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0:
          feed.disconnected()
          isListening = false
        case 1, 2:
          if !isListening { perform(feed.listening()) }
          isListening = true
        case 3, 4, 5:
          if case .fill(let after)? = feed.pending {
            let end = min(log, after.milliseconds + UInt64.random(in: 1..<5, using: &generator))
            let found = end > after.milliseconds ? events((after.milliseconds + 1)...end) : []
            perform(feed.filled(after: after, with: found, isComplete: end == log))
          }
        default:
          let first = log + 1
          log += UInt64.random(in: 1..<4, using: &generator)
          if isListening, Int.random(in: 0..<4, using: &generator) > 0 { perform(feed.receive(batch(first...log))) }
        }
      }
      perform(feed.listening())
      while case .fill(let after)? = feed.pending {
        let found = log > after.milliseconds ? events((after.milliseconds + 1)...log) : []
        perform(feed.filled(after: after, with: found, isComplete: true))
      }
      #expect(delivered == Array(1...max(1, log)).filter { $0 <= log })
    }
  }
}
