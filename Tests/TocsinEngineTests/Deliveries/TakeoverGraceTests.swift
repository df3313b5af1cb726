import Testing
import TocsinTesting

@testable import TocsinEngine

@Suite struct TakeoverGraceTests {
  @Test func itBeginsAtTheStartAndAgainWhenPostgreSQLWasAway() {
    let clock = ManualClock()
    let grace = TakeoverGrace(.seconds(10), clock: clock)
    #expect(!grace.isOver)
    clock.advance(by: .seconds(9))
    #expect(!grace.isOver)
    clock.advance(by: .seconds(1))
    #expect(grace.isOver)
    grace.begin()
    #expect(!grace.isOver)
    clock.advance(by: .seconds(10))
    #expect(grace.isOver)
  }
}
