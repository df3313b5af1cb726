import NIOCore
import Testing
import TocsinCore

@testable import TocsinServer

@Suite struct EventTailTests {
  @Test func `places are found, also between events`() {
    var tail = EventTail(limit: 1 << 20)
    #expect(tail.newest == nil)
    #expect(tail.locate(place(1)) == .foreign)
    let marker = tail.restart(at: place(10))
    #expect(marker == 1)
    #expect(tail.newest == place(10))
    #expect(tail.locate(place(10)) == .next(2))
    let numbers = [tail.append(EncodedEvent(logged(20))), tail.append(EncodedEvent(logged(30)))]
    #expect(numbers == [2, 3])
    #expect(tail.locate(place(9)) == .before)
    #expect(tail.locate(place(10)) == .next(2))
    #expect(tail.locate(place(15)) == .next(2))
    #expect(tail.locate(place(20)) == .next(3))
    #expect(tail.locate(place(30)) == .next(4))
    #expect(tail.locate(place(31)) == .ahead)
    #expect(tail.locate(place(20, epoch: "f")) == .foreign)
    #expect(tail.place(before: 2) == place(10))
    #expect(tail.place(before: 4) == place(30))
    #expect(tail.place(before: 5) == nil)
  }

  @Test func `it keeps the newest bytes and always one event`() {
    let size = EncodedEvent(logged(10, size: 100)).size
    var tail = EventTail(limit: 3 * size)
    _ = tail.restart(at: place(9))
    for number in 10...20 { _ = tail.append(EncodedEvent(logged(number, size: 100))) }
    #expect(tail.end - tail.first == 3)
    #expect(tail.locate(place(17)) == .next(tail.first))
    #expect(tail.locate(place(16)) == .before)
    _ = tail.append(EncodedEvent(logged(21, size: 5000)))
    #expect(tail.end - tail.first == 1)
    #expect(tail.locate(place(20)) == .next(tail.first))
  }

  @Test func `a restart forgets everything but uses no number twice`() {
    var tail = EventTail(limit: 1 << 20)
    _ = tail.restart(at: place(1))
    let before = tail.append(EncodedEvent(logged(2)))
    let marker = tail.restart(at: place(1, epoch: "f"))
    #expect(marker == before + 1)
    #expect(tail.locate(place(2)) == .foreign)
    let next = tail.append(EncodedEvent(logged(2, epoch: "f")))
    #expect(next == marker + 1)
  }
}

@Suite struct AudienceLogTests {
  private func log(_ numbers: [Int]) -> AudienceLog {
    var log = AudienceLog(format: .webSocket)
    for number in numbers { log.append(EncodedEvent(logged(number, size: 50)), number: UInt64(number)) }
    return log
  }

  @Test func `whoever lacks the same gets the same bytes`() {
    var log = log([3, 5, 9])
    let size = EncodedEvent(logged(3, size: 50)).size
    #expect(log.end == 10)
    #expect(log.bytesLacking(at: 0) == 3 * size)
    #expect(log.bytesLacking(at: 4) == 2 * size)
    #expect(log.bytesLacking(at: 10) == 0)
    let all = log.slice(at: 0, limit: 1 << 20)
    let same = log.slice(at: 3, limit: 1 << 20)
    let fewer = log.slice(at: 4, limit: 1 << 20)
    let nothing = log.slice(at: 10, limit: 1 << 20)
    #expect(all?.count == 3)
    #expect(all?.next == 10)
    #expect(same?.buffer == all?.buffer)
    #expect(fewer?.count == 2)
    #expect(nothing?.count == nil)
  }

  @Test func `slices end at the limit, but have one event at least`() {
    var log = log([1, 2, 3, 4])
    let size = EncodedEvent(logged(3, size: 50)).size
    let two = log.slice(at: 1, limit: 2 * size)
    let one = log.slice(at: 3, limit: 1)
    let last = log.slice(at: 4, limit: 2 * size)
    #expect(two?.next == 3)
    #expect(one?.count == 1)
    #expect(last?.next == 5)
  }

  @Test func `what nobody lacks is forgotten`() {
    var log = log([1, 2, 3, 4])
    log.drop(before: 3)
    let rest = log.slice(at: 0, limit: 1 << 20)
    log.drop(before: .max)
    let nothing = log.slice(at: 0, limit: 1 << 20)
    log.append(EncodedEvent(logged(7)), number: 7)
    let next = log.slice(at: 5, limit: 1 << 20)
    #expect(rest?.count == 2)
    #expect(nothing?.count == nil)
    #expect(next?.count == 1)
    #expect(log.bytesLacking(at: 5) == EncodedEvent(logged(7)).size)
  }
}

@Suite struct SentRecordTests {
  private func subscribed(_ campaign: String) -> Subscriptions {
    var subscriptions = Subscriptions()
    _ = subscriptions.subscribe(EventFilter(campaignIDs: [campaign]))
    return subscriptions
  }

  @Test func `it knows what was sent under which subscriptions`() {
    var record = SentRecord(from: place(10))
    #expect(!record.contains(place(15)) { _ in true })
    record.split(at: place(20), subscriptions: Subscriptions())
    record.split(at: place(30), subscriptions: subscribed("a"))
    #expect(!record.contains(place(10)) { _ in true })
    #expect(record.contains(place(11)) { _ in true })
    #expect(record.contains(place(30)) { _ in true })
    #expect(!record.contains(place(31)) { _ in true })
    #expect(!record.contains(place(15, epoch: "f")) { _ in true })
    #expect(!record.contains(place(25)) { $0 == Subscriptions() })
    #expect(record.contains(place(25)) { $0 == subscribed("a") })
  }

  @Test func `a resume begins where something may be missing`() {
    var record = SentRecord(from: place(10))
    record.split(at: place(20), subscriptions: Subscriptions())
    record.split(at: place(30), subscriptions: Subscriptions())
    #expect(record.firstGap(after: place(10), subscriptions: Subscriptions()) == place(30))
    #expect(record.firstGap(after: place(25), subscriptions: Subscriptions()) == place(30))
    #expect(record.firstGap(after: place(9), subscriptions: Subscriptions()) == place(9))
    #expect(record.firstGap(after: place(15), subscriptions: subscribed("a")) == place(15))
  }

  @Test func `a client that changes its subscriptions all the time is not remembered forever`() {
    var record = SentRecord(from: place(0))
    for number in 1...1000 { record.split(at: place(number), subscriptions: subscribed("\(number)")) }
    #expect(!record.contains(place(1)) { _ in true })
    #expect(record.contains(place(1000)) { _ in true })
  }
}
