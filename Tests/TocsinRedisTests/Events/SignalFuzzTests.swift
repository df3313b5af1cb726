import Fuzzing
import NIOCore
import Testing

@testable import TocsinCore
@testable import TocsinRedis

@Suite("Messages that another node may have published")
struct SignalFuzzTests {
  @Test("Any payload is a signal or none")
  func payloads() throws {
    let envelope = #"1{"type":"alert"}"#
    let corpus = [
      "1 rules 42\n", "1 epoch e1\n", "1 probe token\n",
      "1 events e1 1700000000000-0 2\n1700000000001-0 \(envelope.utf8.count)\n\(envelope)1700000000001-1 2\n{}",
    ]
    let words = ["\n", " ", "-", "1 events e1 0-0 ", "18446744073709551615", "1 rules "]
    try Fuzzer("signal", corpus: corpus, dictionary: words, iterations: 20_000).run { input, _ in
      guard case .events(let batch) = Signal.decode(ByteBuffer(bytes: input)) else { return }
      try #require(batch.events.count <= input.count)
    }
  }

  @Test("Any stored rule is a rule, deleted, or unreadable")
  func rules() throws {
    let corpus = [
      #"17|{"rule_id":"r","name":"n","alert_type":"high_cpa","severity":"high","threshold":1,"version":7}"#, "17|",
      "2|{}",
    ]
    try Fuzzer("stored-rule", corpus: corpus, dictionary: ["|", "{", "}", "\"", "1"], iterations: 10_000).run {
      input, _ in
      if case .rule(let rule) = RuleField.read(ByteBuffer(bytes: input)) { try #require(rule.threshold.isFinite) }
    }
  }
}
