import Fuzzing
import Testing

@testable import TocsinCore

@Suite("Envelopes of another release, or of nobody")
struct EnvelopeFuzzTests {
  static let envelope = """
    1{"type":"alert","tenant":"default","alert_id":"01890a5d-ac96-774b-bcce-b302099a8057","campaign_id":"c1",\
    "severity":"high","alert_type":"roas_drop","incarnation":"i1"}
    {"alert_id":"01890a5d-ac96-774b-bcce-b302099a8057","timestamp":"2026-01-31T09:30:00.125Z","metric_value":1.5}
    """

  @Test("Any bytes are an envelope or none, and one that is read is written as itself")
  func envelopes() throws {
    try Fuzzer(
      "envelope", corpus: [Self.envelope, Self.envelope.replacing("alert\"", with: "updated\"")],
      dictionary: JSONFuzzTests.words + ["\n", "1{", "2{"], iterations: 20_000
    ).run { input, _ in
      guard let envelope = EventEnvelope(decoding: input) else { return }
      try #require(EventEnvelope(decoding: envelope.encoded()) == envelope)
    }
  }
}
