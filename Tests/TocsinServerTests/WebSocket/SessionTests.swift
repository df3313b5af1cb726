import NIOCore
import NIOWebSocket
import Testing
import TocsinCore

@testable import TocsinServer

/// Transcripts: what comes in, what has to be done.
@Suite struct SessionTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

  private func opened(_ configuration: StreamConfiguration = StreamConfiguration()) -> Session {
    var session = Session(now: start, configuration: configuration)
    #expect(session.opened() == [])
    return session
  }

  @Test func `messages are performed, faults are answered, the connection stays`() {
    var session = opened()
    #expect(session.received(ClientFrame.text("{\"type\":\"ping\"}"), now: start) == .perform(.ping))
    #expect(
      session.received(ClientFrame.text("{\"type\":\"acknowledge\",\"alert_id\":\"\(sampleAlert)\"}"), now: start)
        == .perform(.apply(.acknowledge, sampleAlert, user: nil)))
    guard case .refuse(let error) = session.received(ClientFrame.text("{"), now: start) else {
      Issue.record("bad JSON is refused")
      return
    }
    #expect(error.code == .invalidJSON)
    #expect(session.isOpen)
    #expect(session.received(ClientFrame.frame(.ping, [1, 2, 3]), now: start) == .pong(ByteBuffer(bytes: [1, 2, 3])))
    #expect(session.received(ClientFrame.frame(.pong), now: start) == .nothing)
  }

  @Test func `messages wait until connected was sent`() {
    var session = Session(now: start, configuration: StreamConfiguration())
    #expect(session.received(ClientFrame.text("{\"type\":\"ping\"}"), now: start) == .nothing)
    #expect(session.received(ClientFrame.frame(.ping), now: start) == .pong(ByteBuffer()))
    #expect(
      session.received(ClientFrame.text("{\"type\":\"resume\",\"last_event_id\":\"e.1-0\"}"), now: start) == .nothing)
    #expect(session.opened() == [.perform(.ping), .perform(.resume(lastEventID: "e.1-0"))])
    #expect(session.opened() == [])
  }

  @Test func `too many waiting messages end the connection`() {
    var session = Session(now: start, configuration: StreamConfiguration())
    for _ in 0..<32 { #expect(session.received(ClientFrame.text("{\"type\":\"ping\"}"), now: start) == .nothing) }
    #expect(session.received(ClientFrame.text("{\"type\":\"ping\"}"), now: start) == .close(.impatient))
  }

  @Test func `a quiet client is pinged, a silent one closed, an unmoved one cut off`() {
    var session = opened()
    #expect(session.tick(now: start + .seconds(24)) == .nothing)
    #expect(session.tick(now: start + .seconds(25)) == .ping)
    #expect(session.tick(now: start + .seconds(26)) == .nothing)
    #expect(session.received(ClientFrame.frame(.pong), now: start + .seconds(27)) == .nothing)
    #expect(session.tick(now: start + .seconds(50)) == .ping)
    #expect(session.tick(now: start + .seconds(75)) == .ping)
    #expect(session.tick(now: start + .seconds(86)) == .nothing)
    #expect(session.tick(now: start + .seconds(87)) == .close(.silent))
    #expect(session.tick(now: start + .seconds(91)) == .nothing)
    #expect(session.tick(now: start + .seconds(92)) == .disconnect)
    #expect(session.tick(now: start + .seconds(93)) == .nothing)
    #expect(session.ended() == .silent)
  }

  @Test func `the client's close frame is confirmed`() {
    var session = opened()
    #expect(session.received(ClientFrame.frame(.connectionClose, [0x03, 0xE8]), now: start) == .confirmClose(1000))
    #expect(session.received(ClientFrame.text("{\"type\":\"ping\"}"), now: start) == .nothing)
    #expect(session.tick(now: start + .seconds(2)) == .disconnect)
    #expect(session.ended() == .clientClosed)
  }

  @Test func `our close frame is confirmed by the client`() {
    var session = opened()
    #expect(session.close(.tooSlow, now: start) == .close(.tooSlow))
    #expect(session.close(.draining, now: start) == .nothing)
    #expect(!session.isAlive)
    #expect(session.received(ClientFrame.text("{\"type\":\"ping\"}"), now: start) == .nothing)
    #expect(session.received(ClientFrame.frame(.connectionClose, [0x0B, 0xC0]), now: start) == .disconnect)
    #expect(session.received(ClientFrame.frame(.connectionClose), now: start) == .nothing)
    #expect(session.ended() == .tooSlow)
  }

  @Test func `a lost socket has no other reason`() {
    var session = opened()
    #expect(session.ended() == .disconnected)
  }

  @Test func `unanswered requests are limited`() {
    var session = opened()
    let resolve = ClientFrame.text("{\"type\":\"resolve\",\"alert_id\":\"\(sampleAlert)\",\"user_id\":\"ann\"}")
    for _ in 0..<8 {
      #expect(session.received(resolve, now: start) == .perform(.apply(.resolve, sampleAlert, user: "ann")))
    }
    guard case .refuse(let error) = session.received(resolve, now: start) else {
      Issue.record("the ninth is refused")
      return
    }
    #expect(error.code == .tooMany)
    #expect(error.alertID == sampleAlert)
    session.answered()
    #expect(session.received(resolve, now: start) == .perform(.apply(.resolve, sampleAlert, user: "ann")))
  }

  @Test func `one replay at a time`() {
    var session = opened()
    let resume = ClientFrame.text("{\"type\":\"resume\",\"last_event_id\":\"e.1-0\"}")
    #expect(session.received(resume, now: start) == .perform(.resume(lastEventID: "e.1-0")))
    guard case .refuse(let error) = session.received(resume, now: start) else {
      Issue.record("the second is refused")
      return
    }
    #expect(error.code == .resumeInProgress)
    session.replayEnded()
    #expect(session.received(resume, now: start) == .perform(.resume(lastEventID: "e.1-0")))
  }

  @Test func `a flood makes reading pause, and a pause is no silence`() {
    var session = opened()
    let ping = ClientFrame.text("{\"type\":\"ping\"}")
    for _ in 0..<1000 { #expect(session.received(ping, now: start) == .perform(.ping)) }
    #expect(session.readPause(now: start) == nil)
    for _ in 0..<250 { #expect(session.received(ping, now: start) == .perform(.ping)) }
    #expect(session.readPause(now: start) == start + .seconds(1))
    #expect(session.received(ClientFrame.frame(.pong), now: start + .seconds(2)) == .nothing)
    #expect(session.readPause(now: start + .seconds(2)) == nil)
  }
}
