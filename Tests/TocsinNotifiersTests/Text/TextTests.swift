import Testing
import TocsinCore

@testable import TocsinNotifiers

@Suite struct TextTests {
  @Test func aLineHasNoBreakAndNothingThatTurnsItAround() {
    #expect("a\r\nb\u{0}\u{2028}c\u{7f}\u{85}d".onOneLine == "a b c d")
    #expect("safe \u{202e}gpj.exe\u{202c}\u{2066}x\u{2069}".onOneLine == "safe gpj.exex")
    #expect(Hostile.emoji.onOneLine == Hostile.emoji)
    #expect(Hostile.arabic.onOneLine == Hostile.arabic)
  }

  @Test func linesAreKeptWithOneKindOfEnd() {
    #expect("a\r\nb\rc\nd\u{2029}e\n\nf\u{8}g".inLines == "a\nb\nc\nd\ne\n\nf g")
  }

  @Test func cuttingKeepsCharactersWhole() {
    #expect("abc".clipped(to: 3) == "abc")
    #expect("abcd".clipped(to: 3) == "ab…")
    #expect("👩‍👩‍👧‍👦👩‍👩‍👧‍👦".clipped(to: 14) == "👩‍👩‍👧‍👦…")
    #expect("a👩‍👩‍👧‍👦".clipped(to: 5) == "a…")
    #expect(Hostile.zalgo.clipped(to: 10).utf16.count == 10)
    #expect("abc".clipped(to: 0) == "")
    #expect("ab".clipped(to: 1) == "…")
  }

  @Test func escapingLooksAtScalars() {
    #expect(Escape.html(Hostile.marks).unicodeScalars.contains("<") == false)
    #expect(Escape.html(Hostile.marks).unicodeScalars.contains("\"") == false)
    #expect(Escape.slack("a & b <@U1> \"'") == "a &amp; b &lt;@U1&gt; \"'")
    #expect(Escape.discord("**@everyone** [a](b)") == "\\*\\*\\@everyone\\*\\* \\[a\\]\\(b\\)")
    #expect(Escape.none("<&>") == "<&>")
  }

  @Test func cuttingLeavesNoHalfOfAnEscape() {
    for limit in 2...12 {
      #expect(!Escape.slack.clip("ab&amp;&lt;cdefghij", to: limit).dropLast().hasSuffix("&"))
      let text = Escape.slack.clip("ab&amp;&lt;cdefghij", to: limit)
      #expect(text.utf16.count <= limit)
      #expect(text.filter { $0 == "&" }.count == text.filter { $0 == ";" }.count)
      #expect(!Escape.discord.clip("a\\*\\*\\*\\*\\*\\*\\*", to: limit).hasSuffix("\\…"))
    }
  }

  @Test func datesAreWritten() {
    #expect(Samples.time.words == "2026-01-31 09:30:00 UTC")
    #expect(Samples.time.mailDate == "Sat, 31 Jan 2026 09:30:00 +0000")
    #expect(Timestamp(milliseconds: 0).mailDate == "Thu, 01 Jan 1970 00:00:00 +0000")
    #expect(Timestamp(milliseconds: -1).mailDate == "Wed, 31 Dec 1969 23:59:59 +0000")
    #expect(Timestamp(milliseconds: 951_782_400_000).mailDate == "Tue, 29 Feb 2000 00:00:00 +0000")
  }

  @Test(arguments: [
    "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
  ])
  func theThreeDatesOfHTTPAreRead(_ text: String) {
    #expect(Timestamp(httpDate: text) == Timestamp("1994-11-06T08:49:37Z"))
  }

  @Test(arguments: [
    "", "tomorrow", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT", "1994-11-06T08:49:37Z",
  ])
  func otherDatesAreNot(_ text: String) {
    #expect(Timestamp(httpDate: text) == nil)
  }
}
