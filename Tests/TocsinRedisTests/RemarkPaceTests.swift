import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

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

  @Test(arguments: [
    ("NOPERM this user has no permissions to run the 'info' command", "the user lacks the right +info"),
    ("NOPERM this user has no permissions to run the 'script|load' command", "the user lacks the right +script|load"),
    (
      "NOPERM this user has no permissions to access one of the channels used as arguments",
      "the user lacks the right &{tocsin}:signals"
    ),
    (
      "NOPERM this user has no permissions to access one of the keys used as arguments",
      "the user lacks the right ~{tocsin}:*"
    ),
    ("WRONGPASS invalid username-password pair", "WRONGPASS invalid username-password pair"),
  ])
  func aRefusalNamesTheRightThatIsMissing(message: String, reason: String) {
    #expect(RedisRefusal.reason(RedisError(.serverError, message), prefix: "{tocsin}") == reason)
  }
}
