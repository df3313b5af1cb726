import NIOCore
import NIOHTTP1
import Testing

@testable import TocsinServer

@Suite struct RequestIDTests {
  @Test(arguments: [
    ("abc-1", true), ("0af7651916cd43dd8448eb211c80319c", true), ("a/b+c=:~_.@", true),
    (String(repeating: "x", count: 128), true), (String(repeating: "x", count: 129), false), ("", false),
    ("a b", false),
    ("a\"b", false), ("é", false), ("a\r\nset-cookie: b", false), ("a,b", false),
  ])
  func aSaneOneIsTakenOver(text: String, isSane: Bool) {
    #expect(RequestID(text)?.description == (isSane ? text : nil))
  }

  @Test func aMadeOneIsTheSameInTextsAndOnTheWire() {
    var ids = RequestIDs(seed: 0)
    var seen: Set<RequestID> = []
    for _ in 1...10_000 {
      let id = ids.next()
      var buffer = ByteBuffer()
      id.write(to: &buffer)
      #expect(String(buffer: buffer) == id.description)
      #expect(id.description.utf8.count == 16)
      seen.insert(id)
    }
    #expect(seen.count == 10_000)
  }

  @Test func everyAnswerNamesItsRequest() async throws {
    let connection = try await TestConnection(FakeResponder())
    func ask(_ body: String, _ id: String) async throws -> String {
      try await connection.send(
        "POST /api/alerts/check HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\nx-request-id: \(id)\r\n"
          + "content-length: \(body.utf8.count)\r\n\r\n\(body)")
      let end = body == "quiet" ? "true}" : body == "bad" ? "\"}" : "\(body)"
      return try await connection.receive(until: end)
    }
    for body in ["quiet", "bad", "fires"] {
      let answer = try await ask(body, "id-\(body)")
      #expect(answer.contains("\r\nx-request-id: id-\(body)\r\n"))
      #expect(body != "bad" || answer.contains(#""request_id":"id-bad"}"#))
    }
    let insane = try await ask("quiet", "not sane")
    #expect(!insane.contains("not sane"))
  }
}
