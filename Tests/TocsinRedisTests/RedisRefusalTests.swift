import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct RedisRefusalTests {
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
