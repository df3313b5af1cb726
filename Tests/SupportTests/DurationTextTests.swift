import Support
import Testing

@Suite struct DurationTextTests {
  @Test(arguments: [
    ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000), ("250ms", 250), ("1d", 86_400_000), ("1h30m", 5_400_000),
    ("0s", 0),
  ])
  func durations(text: String, milliseconds: Int) {
    #expect(DurationText.read(text) == .milliseconds(milliseconds))
  }

  @Test(arguments: ["", "5", "s", "5 m", "-5m", "5x", "1.5h", "٣s", "9999999999s", "5m3", "5M"])
  func whatIsNoDuration(text: String) {
    #expect(DurationText.read(text) == nil)
  }

  @Test(arguments: ["30s", "5m", "1d2h", "1h30m", "1s250ms", "0s"])
  func durationsAreWrittenAsTheyAreRead(text: String) throws {
    #expect(DurationText.text(try #require(DurationText.read(text))) == text)
  }

  @Test func lengthsThatHaveNoNumber() {
    #expect(DurationText.read(String(repeating: "999999999d", count: 110)) == nil)
    #expect(DurationText.read(String(repeating: "999999999d", count: 106)) != nil)
    #expect(DurationText.text(.seconds(Int64.max)).hasPrefix("106751991167d"))
  }

  @Test func wholeMilliseconds() {
    #expect(Duration.microseconds(1999).milliseconds == 1)
    #expect(Duration.microseconds(-1999).milliseconds == -1)
    #expect(Duration.seconds(Int64.max).milliseconds == .max)
    #expect(Duration.seconds(Int64.min).milliseconds == .min)
  }

  @Test func theWallClockCountsFrom1970() {
    #expect(WallClock.milliseconds > 1_700_000_000_000 && WallClock.milliseconds < 253_402_300_799_999)
    let milliseconds = WallClock.milliseconds
    #expect(WallClock.microseconds / 1000 - milliseconds < 3_600_000)
  }
}
