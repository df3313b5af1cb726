import Fuzzing
import NIOCore
import NIOEmbedded
import Testing
import TocsinCore

@testable import TocsinServer

@Suite("WebSocket clients of every kind")
struct WebSocketFuzzTests {
  private static let messages = [
    #"{"type":"ping"}"#, #"{"type":"subscribe","campaign_id":"c"}"#, #"{"type":"unsubscribe"}"#,
    #"{"type":"subscribe","campaign_ids":["a","b","c"],"severities":["high","low"],"alert_types":["roas_drop"]}"#,
    #"{"type":"subscribe","updates":true}"#, #"{"type":"resume","last_event_id":"e.1-0"}"#,
    #"{"type":"acknowledge","alert_id":"018f3c5e-9f00-7abc-8def-0123456789ab","user_id":"ana"}"#,
  ]
  private static let corpus =
    messages.map { ClientFrame.bytes($0) } + [
      ClientFrame.bytes(0x8, [0x03, 0xE8]), ClientFrame.bytes(0x8, [0x03]), ClientFrame.bytes(0x8, []),
      ClientFrame.bytes(0x9, [1, 2, 3]), ClientFrame.bytes(0xA, []),
      ClientFrame.bytes(0x1, Array("{\"type\":".utf8), fin: false) + ClientFrame.bytes(0x0, Array("\"ping\"}".utf8)),
      ClientFrame.bytes(0x2, [0]), [0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0],
    ]

  @Test("Any frames are answered with frames, the same ones wherever the stream is cut; others lose nothing")
  func frames() throws {
    try Fuzzer("websocket", corpus: Self.corpus, iterations: 800).run { input, generator in
      let cut = Int.random(in: 0...input.count, using: &generator)
      let whole = try Self.types(after: [input])
      let parts = try Self.types(after: [Array(input[..<cut]), Array(input[cut...])])
      // Of the pings of one read, the newest is answered.
      try #require(whole.filter { !$0.hasPrefix("10 ") } == parts.filter { !$0.hasPrefix("10 ") })
      let (pongs, more) = (whole.count { $0.hasPrefix("10 ") }, parts.count { $0.hasPrefix("10 ") })
      try #require(pongs == min(more, 1) && more <= 2)
    }
  }

  /// What a client gets that sends these bytes while another one only listens.
  private static func types(after pieces: [[UInt8]]) throws -> [String] {
    let fixture = HubFixture()
    let listener = fixture.connect()
    let client = fixture.connect()
    for piece in pieces where client.channel.isActive { client.send(bytes: piece) }
    fixture.deliver([logged(1, campaign: "a"), logged(2)])
    try #require(listener.numbers() == [1, 2])
    return client.received().map { "\($0.opcode) \($0.type) \($0.closeCode ?? 0)" }
  }

  /// A resume is left out: it is charged for what it costs.
  @Test("Any messages cost the index no more than the names in them")
  func subscriptions() throws {
    let fuzzer = Fuzzer(
      "subscriptions", corpus: Self.messages.filter { !$0.contains("resume") },
      dictionary: ["\"x1\",", "[", "]", "subscribe", "unsubscribe", ","],
      iterations: 150)
    try fuzzer.run { input, _ in
      let fixture = HubFixture()
      let client = fixture.connect()
      let names = (0..<3_000).map { "\"n\($0)\"" }.joined(separator: ",")
      client.send(#"{"type":"subscribe","campaign_ids":[\#(names)]}"#)
      let before = fixture.hub.indexWork
      // Each of the messages ends more than all that was subscribed to at most.
      for _ in 0..<4 { client.send(bytes: ClientFrame.bytes(0x1, input)) }
      try #require(fixture.hub.indexWork - before <= 3_000 + 4 * input.count)
    }
  }
}
