import Support
import Testing

@Suite struct RemarkPaceTests {
  @Test func ofEachKindOneAMinuteIsMade() {
    var pace = RemarkPace()
    let start = ContinuousClock.now
    #expect(pace.mayTell("a", at: start) == 0)
    #expect(pace.mayTell("a", at: start) == nil)
    #expect(pace.mayTell("b", at: start + .seconds(1)) == 0)
    #expect(pace.mayTell("a", at: start + .seconds(59)) == nil)
    #expect(pace.mayTell("a", at: start + .seconds(60)) == 2)
    #expect(pace.mayTell("a", at: start + .seconds(61)) == nil)
  }
}
