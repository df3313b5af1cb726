import LocalServers
import NIOCore
import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct SignalTests {
  private static let first = AlertID.new()
  private static let second = AlertID.new()

  private static var events: [UInt8] {
    let one = EventEnvelope.sample(first).encoded()
    let other = EventEnvelope.sample(second, body: "").encoded()
    return Array("1 events e.1 5-0 3\n7-0 \(one.count)\n".utf8) + one + Array("7-1 \(other.count)\n".utf8) + other
      + Array("8-0 3\n2\n\n".utf8)
  }

  @Test func eventsAreRead() throws {
    guard case .events(let batch) = Signal.decode(ByteBuffer(bytes: Self.events)) else { throw Unexpected() }
    #expect(batch.predecessor == EventID(epoch: "e.1", milliseconds: 5, sequence: 0))
    #expect(
      batch.events == [
        LoggedEvent(id: EventID(epoch: "e.1", milliseconds: 7, sequence: 0), envelope: .sample(Self.first)),
        LoggedEvent(id: EventID(epoch: "e.1", milliseconds: 7, sequence: 1), envelope: .sample(Self.second, body: "")),
        LoggedEvent(id: EventID(epoch: "e.1", milliseconds: 8, sequence: 0), envelope: nil),
      ])
  }

  @Test func nothingThatWasCutOffIsRead() {
    let all = [
      Self.events, Array(Signal.rulesChanged(version: 123).utf8), Array(Signal.probe("token").utf8),
      Array("1 epoch e2\n".utf8),
    ]
    for signal in all {
      #expect(Signal.decode(ByteBuffer(bytes: signal)) != nil)
      for length in 0..<signal.count { #expect(Signal.decode(ByteBuffer(bytes: signal[..<length])) == nil) }
      #expect(Signal.decode(ByteBuffer(bytes: signal + [10])) == nil)
    }
  }

  @Test(arguments: [
    "", "\n", "1", "2 rules 5\n", "1 rules x\n", "1 rules 99999999999999999999\n", "1 new thing\n",
    "1 events e 5-0 0\n", "1 events e 5-0 -1\n", "1 events e 5 1\n7-0 1\n1", "1 events e 5-0 1\n7-0 -1\n1",
    "1 events e 5-0 1\n7-0 9223372036854775807\n1", "1 events e 5-0 9223372036854775807\n",
    "1 events e 5-0 1\n7 1\n1", "1 events e 5-0 1\n7- 1\n1", "1 events e 5-0 1\n-7 1\n1",
    "1 events e 5-0 1\n7-0-0 1\n1", "1 events e 5-0 1\n+7-0 1\n1", "1 events e 5-0 1\n18446744073709551616-0 1\n1",
    "1 events e 5-0 1\n7-18446744073709551616 1\n1", "1 events e 5-0 18446744073709551615\n7-0 1\n1",
    "1 events e 5-0 1\n7-0 18446744073709551615\n1", "1 events e 18446744073709551616-0 1\n7-0 1\n1",
    "1 rules -9223372036854775809\n",
    "1 events e 5-0 1\n92233720368547758080-0 1\n1", "1 events e 5-0-0 1\n7-0 1\n1",
  ])
  func damagedAndUnknownSignalsArePassedOver(text: String) {
    #expect(Signal.decode(ByteBuffer(string: text)) == nil)
  }

  @Test func theLastPlaceOfAStreamIsOne() throws {
    let most = UInt64.max
    guard
      case .events(let batch) = Signal.decode(
        ByteBuffer(string: "1 events e \(most)-\(most - 1) 1\n\(most)-\(most) 1\n1"))
    else { throw Unexpected() }
    #expect(batch.events[0].id == EventID(epoch: "e", milliseconds: most, sequence: most))
  }

  @Test func everyNodeHearsSignalsItsOwnIncluded() async throws {
    try await Nodes.with(2) { nodes async throws in
      try await nodes.listening { heard async throws in
        try await nodes.first.probe("a token")
        guard case .probe("a token") = await heard.next() else { throw Unexpected() }
        try await nodes.send("PUBLISH", .init(nodes.keys.channel), "9 nonsense")
        try await nodes.second.rulesChanged(version: 7)
        guard case .rulesChanged(7) = await heard.next() else { throw Unexpected() }
      }
    }
  }

  @Test func aLostSubscriptionIsToldAndMadeAnew() async throws {
    let server = try LocalRedis.start()
    try await Nodes.with(on: server) { nodes async throws in
      try await nodes.listening { heard async throws in
        server.kill()
        guard case .disconnected = await heard.next() else { throw Unexpected() }
        try server.restart()
        try await nodes.allowUser()
        while true {
          switch await heard.next() {
          case .refused: continue
          case .listening: return
          default: throw Unexpected()
          }
        }
      }
    }
  }
}
