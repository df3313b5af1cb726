import Fuzzing
import NIOCore
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinServer

/// Events, pages, slow sockets, connections and resumes in random order: no client misses an event, gets one twice or
/// gets one too early.
@Suite struct InterleavingTests {
  private struct Observed {
    let client: HubClient
    let campaigns: Set<String>?
    let asked: Int?
    var frames: [ServerFrames.Frame] = []
    var resumes: [Int] = []
    var wasStalled = false
  }

  private static let campaigns = ["a", "b", "c"]

  @Test(arguments: 0..<60)
  func `no gap, no repeat, no overtaking`(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let size = EncodedEvent(logged(100)).size
    let fixture = HubFixture {
      $0.tailBytes = 12 * size
      $0.lagLimit = 1 << 30
    }
    var log: [LoggedEvent] = []
    var delivered = 0
    var clients: [Observed] = []

    func answerPage() {
      guard let (place, answer) = fixture.backend.takePage() else { return }
      let after = Int(place.milliseconds)
      let events = log.dropFirst(after).prefix(Int.random(in: 1...40, using: &random)).map { EncodedEvent($0) }
      answer(.events(events[...]))
      fixture.settle()
    }
    func drain() {
      for index in clients.indices { clients[index].frames += clients[index].client.received() }
    }

    for _ in 0..<250 {
      switch Int.random(in: 0..<12, using: &random) {
      case 0...3:
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          log.append(
            logged(log.count + 1, campaign: InterleavingTests.campaigns.randomElement(using: &random) ?? "a"))
        }
      case 4...6:
        guard delivered < log.count else { continue }
        let stop = Int.random(in: delivered + 1...log.count, using: &random)
        fixture.deliver(Array(log[delivered..<stop]))
        delivered = stop
      case 7: answerPage()
      case 8:
        var query = "?x=1"
        var wanted: Set<String>?
        if Bool.random(using: &random) {
          let campaign = InterleavingTests.campaigns.randomElement(using: &random) ?? "a"
          wanted = [campaign]
          query += "&campaign_id=\(campaign)"
        }
        var asked: Int?
        if Bool.random(using: &random) {
          let place = Int.random(in: 0...log.count, using: &random)
          asked = place
          query += "&last_event_id=e.\(place)-0"
        }
        clients.append(Observed(client: fixture.connect("/ws/alerts" + query), campaigns: wanted, asked: asked))
      case 9...10:
        guard let index = clients.indices.randomElement(using: &random) else { continue }
        clients[index].client.isWritable.toggle()
        clients[index].wasStalled = true
        fixture.settle()
      default:
        guard let index = clients.indices.randomElement(using: &random) else { continue }
        let place = Int.random(in: 0...delivered, using: &random)
        clients[index].resumes.append(place)
        clients[index].client.send("{\"type\":\"resume\",\"last_event_id\":\"e.\(place)-0\"}")
      }
      drain()
    }
    fixture.deliver(Array(log[delivered...]))
    for observed in clients { observed.client.isWritable = true }
    fixture.settle()
    while !fixture.backend.waitingPages.isEmpty { answerPage() }
    drain()
    for observed in clients { try check(observed, log: log) }
  }

  private func check(_ observed: Observed, log: [LoggedEvent]) throws {
    let types = observed.frames.map(\.type)
    #expect(types.first == "connected")
    let start = try #require(observed.frames.first?.json["last_event_id"]?.string.flatMap { EventID($0) })
    if let asked = observed.asked { #expect(Int(start.milliseconds) == asked) }
    let numbers = observed.frames.compactMap { frame -> Int? in
      if case .integer(let number) = frame.json["n"] { Int(number) } else { nil }
    }
    #expect(Set(numbers).count == numbers.count, "an event came twice")
    let refused = observed.frames.count { $0.json["code"] == "resume_in_progress" }
    let isCut = observed.frames.contains { $0.closeCode != nil }
    #expect(!isCut || observed.wasStalled)
    guard refused == 0, !isCut else {
      // A replay that a slow socket kept too long is cut off: what came before is complete.
      if observed.resumes.isEmpty { expectOrdered(numbers, after: Int(start.milliseconds), observed, log) }
      return
    }
    #expect(!types.contains("resync"))
    #expect(types.count { $0 == "resumed" } == observed.resumes.count + (observed.asked == nil ? 0 : 1))
    let first = min(Int(start.milliseconds), observed.resumes.min() ?? .max)
    #expect(numbers.sorted() == wanted(observed, log, after: first))
    if observed.resumes.isEmpty { expectOrdered(numbers, after: first, observed, log) }
  }

  private func expectOrdered(_ numbers: [Int], after place: Int, _ observed: Observed, _ log: [LoggedEvent]) {
    #expect(Array(wanted(observed, log, after: place).prefix(numbers.count)) == numbers)
  }

  private func wanted(_ observed: Observed, _ log: [LoggedEvent], after place: Int) -> [Int] {
    log.dropFirst(place).filter { event in
      observed.campaigns?.contains(event.envelope?.campaignID ?? "") ?? true
    }.map { Int($0.id.milliseconds) }
  }
}
