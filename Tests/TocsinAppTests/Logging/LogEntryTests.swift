import Logging
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinApp

@Suite struct LogEntryTests {
  private func line(
    _ message: String = "an alert was resolved", level: Logger.Level = .info,
    with fields: [(String, Logger.MetadataValue)] = [], as format: LogFormat
  ) -> String {
    var bytes: [UInt8] = []
    LogEntry(
      time: Timestamp(milliseconds: 1_772_356_500_042), level: level, message: message,
      fields: fields.map { ($0.0, $0.1) }
    ).append(as: format, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func theMessageComesFirstAndOnlyOddValuesAreQuoted() {
    #expect(
      line(with: [("alert_id", "a1"), ("by", "Kim L."), ("note", ""), ("url", "a=b"), ("count", "12")], as: .text)
        == "2026-03-01T09:15:00.042Z info    an alert was resolved alert_id=a1 by=\"Kim L.\" note=\"\" url=\"a=b\" count=12\n"
    )
    #expect(line("draining", level: .warning, as: .text) == "2026-03-01T09:15:00.042Z warning draining\n")
  }

  @Test func aLineIsOneJSONObject() throws {
    let text = line(
      with: [
        ("by", "Kim \"K\""), ("count", .stringConvertible(12)), ("ok", .stringConvertible(true)),
        ("message", "another"), ("names", ["a", "b"]), ("more", ["b": "2", "a": "1"]),
      ], as: .json)
    #expect(text.hasSuffix("}\n"))
    #expect(
      try JSON(parsing: Array(text.dropLast().utf8)) == [
        "time": "2026-03-01T09:15:00.042Z", "level": "info", "message": "an alert was resolved",
        "by": "Kim \"K\"", "count": 12, "ok": true, "message_": "another", "names": ["a", "b"],
        "more": ["a": "1", "b": "2"],
      ])
  }

  @Test(arguments: LogFormat.allCases)
  func nothingLoggedBeginsALineOrControlsATerminal(format: LogFormat) {
    let evil = "x\n2026-03-01T09:15:00.042Z error forged\r\u{1B}[2J\u{9B}2J\u{202E}\u{2028}\u{0}\u{7F}\u{E0041}"
    let text = line(evil, with: [("by", .string(evil)), (evil, "x")], as: format)
    let scalars = text.dropLast().unicodeScalars
    #expect(
      scalars.allSatisfy { ![.control, .format, .lineSeparator].contains($0.properties.generalCategory) }, "\(text)")
    #expect(text.contains("\\u001b[2J\\u009b2J\\u202e\\u2028\\u0000\\u007f\\udb40\\udc41"))
  }

  @Test func peoplesWordsStayAsTheyAre() {
    #expect(line("Frühling 🌷 👩‍🔬", as: .text).hasSuffix("Frühling 🌷 👩‍🔬\n"))
  }

  @Test func aLongTextIsCut() {
    let text = line(with: [("body", .string(String(repeating: "é", count: 100_000)))], as: .text)
    #expect(text.utf8.count < LogText.limit + 100)
    #expect(text.hasSuffix("é…\"\n"))
  }
}
