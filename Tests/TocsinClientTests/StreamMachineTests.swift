import Support
import Testing
import TocsinCore

@testable import TocsinClient

@Suite struct StreamMachineTests {
  /// Gives the largest possible number: the longest waits.
  private struct Highest: RandomNumberGenerator {
    mutating func next() -> UInt64 { .max }
  }

  private let start = ContinuousClock.now
  private let backoff = Backoff(base: .milliseconds(100), cap: .seconds(1))

  private func message(_ text: String) throws -> StreamMessage { try StreamMessage(parsing: Array(text.utf8)) }

  private func connected(_ id: String) throws -> StreamMessage {
    try message("{\"type\":\"connected\",\"client_id\":\"k\",\"last_event_id\":\"\(id)\"}")
  }

  private func change(_ id: String) throws -> StreamMessage {
    try message("{\"type\":\"alert_resolved\",\"event_id\":\"\(id)\",\"alert_id\":\"a\",\"campaign_id\":\"c\"}")
  }

  @Test func aLifeWithAnInterruption() throws {
    var machine = StreamMachine(serverCount: 2, position: nil, backoff: backoff)
    var dice = Highest()
    #expect(machine.event(.started, now: start, using: &dice) == .connect(server: 0, after: nil))
    #expect(machine.event(.opened, now: start, using: &dice) == .read)
    let hello = try connected("e.1-0")
    #expect(machine.event(.received(hello), now: start, using: &dice) == .deliver(hello))
    #expect(machine.position == "e.1-0")
    let event = try change("e.2-0")
    #expect(machine.event(.received(event), now: start, using: &dice) == .deliver(event))
    #expect(machine.event(.closed("x"), now: start, using: &dice) == .wait(.milliseconds(100), reason: "x"))
    #expect(machine.event(.waited, now: start, using: &dice) == .connect(server: 1, after: "e.2-0"))
  }

  @Test func everyServerIsTriedOnceBeforeItGivesUp() {
    var machine = StreamMachine(serverCount: 2, position: "e.5-0", backoff: backoff)
    var dice = Highest()
    let refused = ClientError(.unreachable, reason: "connection refused")
    _ = machine.event(.started, now: start, using: &dice)
    #expect(machine.event(.failed(refused), now: start, using: &dice) == .connect(server: 1, after: "e.5-0"))
    guard case .giveUp(let error) = machine.event(.failed(refused), now: start, using: &dice) else {
      Issue.record("it goes on")
      return
    }
    #expect(error.code == .unreachable)
  }

  @Test func waitsGrowToTheCapAndAStableConnectionResetsThem() {
    var machine = StreamMachine(serverCount: 1, position: nil, backoff: backoff)
    var dice = Highest()
    let refused = ClientError(.unreachable, reason: "r")
    _ = machine.event(.started, now: start, using: &dice)
    _ = machine.event(.opened, now: start, using: &dice)
    #expect(machine.event(.closed("x"), now: start, using: &dice) == .wait(.milliseconds(100), reason: "x"))
    var bounds: [Duration] = []
    for _ in 0..<5 {
      _ = machine.event(.waited, now: start, using: &dice)
      if case .wait(let duration, _) = machine.event(.failed(refused), now: start, using: &dice) {
        bounds.append(duration)
      }
    }
    #expect(bounds == [.milliseconds(200), .milliseconds(400), .milliseconds(800), .seconds(1), .seconds(1)])
    _ = machine.event(.waited, now: start, using: &dice)
    _ = machine.event(.opened, now: start, using: &dice)
    let later = start + .seconds(11)
    #expect(machine.event(.closed("x"), now: later, using: &dice) == .wait(.milliseconds(100), reason: "x"))
  }

  @Test func aReplayThatBreaksIsTakenUpWhereItStood() throws {
    var machine = StreamMachine(serverCount: 1, position: "e.1-0", backoff: backoff)
    var dice = Highest()
    _ = machine.event(.started, now: start, using: &dice)
    _ = machine.event(.opened, now: start, using: &dice)
    _ = machine.event(.received(try connected("e.9-0")), now: start, using: &dice)
    #expect(machine.position == "e.1-0")
    _ = machine.event(.received(try change("e.2-0")), now: start, using: &dice)
    _ = machine.event(.closed("x"), now: start, using: &dice)
    #expect(machine.event(.waited, now: start, using: &dice) == .connect(server: 0, after: "e.2-0"))
    _ = machine.event(.opened, now: start, using: &dice)
    let resumed = try message("{\"type\":\"resumed\",\"recovered\":false,\"last_event_id\":\"f.7-0\"}")
    _ = machine.event(.received(resumed), now: start, using: &dice)
    #expect(machine.position == "f.7-0")
  }

  @Test(arguments: [(400, true), (401, true), (404, true), (429, false), (503, false)])
  func whatARefusalMeansOnceItStood(status: Int, isFinal: Bool) {
    var machine = StreamMachine(serverCount: 1, position: nil, backoff: backoff)
    var dice = Highest()
    _ = machine.event(.started, now: start, using: &dice)
    _ = machine.event(.opened, now: start, using: &dice)
    _ = machine.event(.closed("x"), now: start, using: &dice)
    let refusal = ClientError(.refused, status: status, reason: "r")
    let action = machine.event(.failed(refusal), now: start, using: &dice)
    if case .giveUp = action { #expect(isFinal) } else { #expect(!isFinal) }
  }

  @Test func aMessageThatIsNotKnownIsHandedOn() throws {
    #expect(try message("{\"type\":\"news\"}").kind == .other("news"))
    #expect(
      try message("{\"type\":\"alert\",\"data\":{\"alert_type\":\"of a later release\"}}").kind == .other("alert"))
    #expect(throws: ClientError.self) { try message("[]") }
  }

  @Test func filtersStandInTheAddress() {
    let filter = StreamFilter(campaignIDs: ["a b", "c,d"], severities: [.critical, .high], alertTypes: [.roasDrop])
    #expect(
      filter.target(after: "e.1-0")
        == "/ws/alerts?last_event_id=e.1-0&campaign_id=a%20b&campaign_id=c%2Cd&severities=critical%2Chigh"
        + "&alert_types=roas_drop")
    #expect(StreamFilter().target(after: nil) == "/ws/alerts")
  }
}
