import NIOCore
import NIOEmbedded
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinServer

@Suite struct ResumeTests {
  /// A hub whose tail has room for about ten events, after so many events.
  private func fixture(events: Int = 0) -> HubFixture {
    let fixture = HubFixture { $0.tailBytes = 10 * EncodedEvent(logged(10, size: 100)).size + 10 }
    fixture.deliver((0..<events).map { logged($0 + 1, size: 100) })
    return fixture
  }

  private func page(_ numbers: ClosedRange<Int>) -> HistoryPage {
    .events(numbers.map { EncodedEvent(logged($0, size: 100)) }[...])
  }

  private func summary(_ frames: [ServerFrames.Frame]) -> [String] {
    frames.map { frame in
      if let code = frame.closeCode { return "close \(code)" }
      switch frame.type {
      case "alert":
        if case .integer(let number) = frame.json["n"] { return "\(number)" }
        return "?"
      case "resumed":
        return "resumed \(frame.json["recovered"] == true) \(frame.json["last_event_id"]?.string ?? "")"
      case "connected": return "connected \(frame.json["last_event_id"]?.string ?? "")"
      default: return frame.type
      }
    }
  }

  @Test func `from the tail, nothing is asked of the event log`() {
    let fixture = fixture(events: 12)
    let client = fixture.connect("/ws/alerts?last_event_id=e.8-0")
    #expect(summary(client.received()) == ["connected e.8-0", "9", "10", "11", "12", "resumed true e.12-0"])
    fixture.deliver([logged(13)])
    #expect(client.numbers() == [13])
    #expect(fixture.backend.waitingPages == [])
    #expect(fixture.value(of: "tocsin_websocket_resumes_total{outcome=\"recovered\"}") == "1")
  }

  @Test func `with filters, in the tail and in the event log`() {
    let fixture = HubFixture()
    fixture.deliver([logged(1, campaign: "a"), logged(2, campaign: "b"), logged(3, campaign: "a", severity: .low)])
    let client = fixture.connect("/ws/alerts?last_event_id=e.0-0&campaign_id=a&severities=high")
    #expect(summary(client.received()) == ["connected e.0-0", "1", "resumed true e.3-0"])
  }

  @Test func `further back, pages come first, then the tail, then the live stream`() {
    let fixture = fixture(events: 30)
    let client = fixture.connect("/ws/alerts?last_event_id=e.5-0")
    client.send("{\"type\":\"ping\"}")
    #expect(client.received() == [], "connected says where the stream goes on: that is not known yet")
    fixture.backend.takePage()?.answer(page(6...12))
    fixture.settle()
    #expect(summary(client.received()) == ["connected e.5-0", "pong"] + (6...12).map { "\($0)" })
    fixture.deliver([logged(31, size: 100)])
    #expect(fixture.backend.waitingPages == [place(12)])
    fixture.backend.takePage()?.answer(page(13...33))
    fixture.settle()
    #expect(summary(client.received()) == (13...31).map { "\($0)" } + ["resumed true e.31-0"])
    fixture.deliver([logged(32), logged(33)])
    #expect(client.numbers() == [32, 33])
  }

  @Test(arguments: ["e.5-0", "other.5-0", "nonsense"])
  func `what is no longer kept gives a resync and the live stream`(lastEventID: String) {
    let fixture = fixture(events: 30)
    let client = fixture.connect("/ws/alerts?last_event_id=\(lastEventID)")
    fixture.backend.takePage()?.answer(.trimmed)
    fixture.settle()
    #expect(summary(client.received()) == ["connected e.30-0", "resync", "resumed false e.30-0"])
    fixture.deliver([logged(31)])
    #expect(client.numbers() == [31])
  }

  @Test func `an event log that cannot be read gives a resync, in the middle it ends the connection`() {
    let fixture = fixture(events: 30)
    let first = fixture.connect("/ws/alerts?last_event_id=e.5-0")
    fixture.backend.takePage()?.answer(.unavailable)
    fixture.settle()
    #expect(summary(first.received()) == ["connected e.30-0", "resync", "resumed false e.30-0"])
    let second = fixture.connect("/ws/alerts?last_event_id=e.5-0")
    fixture.backend.takePage()?.answer(page(6...10))
    fixture.settle()
    fixture.backend.takePage()?.answer(.unavailable)
    fixture.settle()
    #expect(summary(second.received()) == ["connected e.5-0", "6", "7", "8", "9", "10", "close 1013"])
  }

  @Test func `a place that this node has not reached yet is waited for`() {
    let fixture = fixture(events: 10)
    let client = fixture.connect("/ws/alerts?last_event_id=e.12-0")
    #expect(summary(client.received()) == ["connected e.12-0"])
    fixture.deliver([logged(11)])
    #expect(client.received() == [])
    fixture.deliver([logged(12), logged(13)])
    #expect(summary(client.received()) == ["13", "resumed true e.13-0"])
    let forged = fixture.connect("/ws/alerts?last_event_id=e.999-0")
    fixture.loop.advanceTime(by: .seconds(7))
    #expect(summary(forged.received()) == ["connected e.999-0", "resync", "resumed false e.13-0"])
    fixture.deliver([logged(14)])
    #expect(forged.numbers() == [14])
  }

  @Test func `a resume message replays what this connection was not sent`() {
    let fixture = fixture(events: 5)
    let client = fixture.connect()
    fixture.deliver([logged(6), logged(7)])
    #expect(summary(client.received()) == ["connected e.5-0", "6", "7"])
    client.send("{\"type\":\"resume\",\"last_event_id\":\"e.3-0\"}")
    #expect(summary(client.received()) == ["4", "5", "resumed true e.7-0"])
    client.send("{\"type\":\"resume\",\"last_event_id\":\"e.2-0\"}")
    #expect(summary(client.received()) == ["3", "resumed true e.7-0"])
    client.send("{\"type\":\"resume\",\"last_event_id\":\"e.6-0\"}")
    #expect(summary(client.received()) == ["resumed true e.7-0"])
    fixture.deliver([logged(8)])
    #expect(client.numbers() == [8])
  }

  @Test func `a place that this connection was sent everything after needs no event log`() {
    let fixture = fixture(events: 5)
    let client = fixture.connect()
    fixture.deliver((6...40).map { logged($0, size: 100) })
    _ = client.received()
    client.send("{\"type\":\"resume\",\"last_event_id\":\"e.10-0\"}")
    #expect(summary(client.received()) == ["resumed true e.40-0"])
    #expect(fixture.backend.waitingPages == [])
  }

  @Test func `what did not match when it happened was not sent`() {
    let fixture = HubFixture()
    let client = fixture.connect("/ws/alerts?campaign_id=a")
    fixture.deliver([logged(1, campaign: "a"), logged(2, campaign: "b"), logged(3, campaign: "a")])
    client.send("{\"type\":\"subscribe\",\"campaign_id\":\"b\"}")
    fixture.deliver([logged(4, campaign: "b")])
    #expect(summary(client.received()) == ["connected e.0-0", "1", "3", "subscribed", "4"])
    client.send("{\"type\":\"resume\",\"last_event_id\":\"e.0-0\"}")
    #expect(summary(client.received()) == ["2", "resumed true e.4-0"])
  }

  @Test func `a resume message that cannot be met loses nothing of the live stream`() {
    let fixture = fixture(events: 30)
    let client = fixture.connect()
    _ = client.received()
    client.send("{\"type\":\"resume\",\"last_event_id\":\"e.2-0\"}")
    fixture.deliver([logged(31), logged(32)])
    #expect(client.received() == [])
    client.send("{\"type\":\"resume\",\"last_event_id\":\"e.2-0\"}")
    #expect(client.received().first?.json["code"] == "resume_in_progress")
    fixture.backend.takePage()?.answer(.trimmed)
    fixture.settle()
    #expect(summary(client.received()) == ["resync", "resumed false e.30-0", "31", "32"])
    fixture.deliver([logged(33)])
    #expect(client.numbers() == [33])
  }

  @Test func `a new epoch ends a replay`() {
    let fixture = fixture(events: 30)
    let opening = fixture.connect("/ws/alerts?last_event_id=e.5-0")
    let live = fixture.connect()
    _ = live.received()
    live.send("{\"type\":\"resume\",\"last_event_id\":\"e.2-0\"}")
    fixture.resync("the event log began anew", at: place(0, epoch: "f"))
    fixture.backend.takePage()?.answer(page(6...9))
    fixture.deliver([logged(1, epoch: "f")])
    #expect(summary(opening.received()) == ["connected f.0-0", "resync", "resumed false f.0-0", "1"])
    #expect(summary(live.received()) == ["resync", "resumed false f.0-0", "1"])
  }

  @Test func `a replay waits for the socket and loses its place only when the tail does`() {
    let fixture = fixture(events: 10)
    let client = fixture.connect()
    _ = client.received()
    client.isWritable = false
    client.send("{\"type\":\"resume\",\"last_event_id\":\"e.4-0\"}")
    #expect(client.received() == [])
    fixture.deliver([logged(11)])
    client.isWritable = true
    fixture.settle()
    #expect(summary(client.received()) == (5...11).map { "\($0)" } + ["resumed true e.11-0"])
    client.isWritable = false
    client.send("{\"type\":\"resume\",\"last_event_id\":\"e.2-0\"}")
    fixture.deliver((12...40).map { logged($0, size: 100) })
    client.isWritable = true
    fixture.settle()
    #expect(summary(client.received()) == ["close 1013"])
  }

  @Test func `a subscription in the middle of a replay holds for its rest`() {
    let fixture = fixture(events: 30)
    let client = fixture.connect("/ws/alerts?last_event_id=e.5-0&campaign_id=a")
    fixture.backend.takePage()?.answer(page(6...12))
    fixture.settle()
    client.send("{\"type\":\"subscribe\",\"campaign_id\":\"c\"}")
    fixture.backend.takePage()?.answer(page(13...25))
    fixture.settle()
    #expect(
      summary(client.received()) == ["connected e.5-0", "subscribed"] + (13...30).map { "\($0)" }
        + ["resumed true e.30-0"])
    client.send("{\"type\":\"resume\",\"last_event_id\":\"e.10-0\"}")
    fixture.backend.takePage()?.answer(page(11...25))
    fixture.settle()
    #expect(summary(client.received()) == ["11", "12", "resumed true e.30-0"])
  }
}
