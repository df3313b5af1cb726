import Fuzzing
import Testing
import TocsinJSON

@testable import TocsinCore

@Suite("JSON from anybody")
struct JSONFuzzTests {
  static let corpus = [
    #"{"metric_name":"roas","metric_value":1.5,"campaign_id":"c1","campaign_name":"Spring sale"}"#,
    #"""
    {"metric_name":"cpa","metric_value":100.30000000000001,"campaign_id":"c1","campaign_name":"é🌷","ad_id":"a",
    "context":{"spend":2e4,"nested":[{"deep":[[[]]]}],"flag":true,"none":null},"alert_types":["high_cpa"]}
    """#,
    #"{"checks":[{"metric_name":"ctr_drop_pct","metric_value":20,"campaign_id":"c","campaign_name":""},{},[],1]}"#,
    #"""
    {"rule_id":"r","name":"n","alert_type":"high_cpa","severity":"high","threshold":-0.0,"lookback_minutes":60.0,
    "conditions":{"a":1},"metadata":{"action":"x\u00e9\ud83c\udf37\n"},"cooldown_minutes":1E1}
    """#,
    #"[0, -0, 1.7976931348623157e308, 4.9e-324, 9223372036854775807, 18446744073709551615, "\u0041"]"#,
  ]
  static let words = [
    "{", "}", "[", "]", "\"", ":", ",", "null", "true", "\\u0000", "\\ud800", "\\", "\u{FEFF}", "metric_value",
    "threshold", "lookback_minutes", "[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":", "\"campaign_id\":", "\r\n\t ",
  ]

  @Test("Any bytes are read or refused, and what is read is written as the same value")
  func roundTrip() throws {
    try Fuzzer("json", corpus: Self.corpus, dictionary: Self.words, iterations: 20_000).run { input, _ in
      guard let value = try? JSON(parsing: input) else { return }
      let text = value.bytes
      let again = try JSON(parsing: text)
      try #require(again == value)
      try #require(again.bytes == text)
      try #require(value.levels <= 64)
    }
  }

  @Test("A check, a batch, a rule of any bytes is read or refused; what is read is within its limits")
  func bodies() throws {
    try Fuzzer("bodies", corpus: Self.corpus, dictionary: Self.words, iterations: 20_000).run { input, _ in
      let value = try? JSON(parsing: input)
      input.withUnsafeBytes { bytes in
        // Fields are read one by one, or from a tree: both must say the same.
        #expect((try? Check(body: bytes)) == value.flatMap { try? Check(json: $0) })
        if let check = try? Check(body: bytes) { Self.expectWithinLimits(check) }
        for result in (try? Check.batch(body: bytes)) ?? [] {
          if let check = try? result.get() { Self.expectWithinLimits(check) }
        }
      }
      guard let value, let rule = try? AlertRule(json: value) else { return }
      #expect(rule.threshold.isFinite)
      #expect((1...10_080).contains(rule.lookbackMinutes))
      #expect((0...10_080).contains(rule.cooldownMinutes))
    }
  }

  private static func expectWithinLimits(_ check: Check) {
    #expect(check.metricValue.isFinite)
    #expect((1...256).contains(check.entity.campaignID.utf8.count))
    #expect(!check.campaignName.utf8.contains(0))
  }
}
