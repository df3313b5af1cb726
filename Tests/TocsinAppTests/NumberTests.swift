import Testing
import TocsinCore
import TocsinNotifiers

@testable import TocsinApp

@Suite struct NumberTests {
  @Test(arguments: [
    ("0", Int64(0)), ("8000", 8000), ("-5", -5), ("+5", 5), ("8e3", 8000), ("8.0e+03", 8000), ("8_000", 8000),
    ("-1.001234567890e+12", -1_001_234_567_890), ("1.0", 1), ("80e-1", 8), ("0x1f40", 8000), ("-0x10", -16),
    ("0o17", 15),
    ("9223372036854775807", .max), ("-9223372036854775808", .min), ("0e9999", 0), ("0.000", 0), ("1E2", 100),
    ("007", 7), ("9.007199254740992e15", 9_007_199_254_740_992),
  ])
  func wholeNumbersInEverySpelling(text: String, number: Int64) {
    #expect(WholeNumber.read(text) == number)
  }

  @Test(arguments: [
    "", "-", "+", ".", "e5", ".5", "1.5", "1e-1", "1e", "1e+", "1e5x", "1__", "_1", "1_", "1._0", "0x", "0x-5", "0xg",
    "9223372036854775808", "-9223372036854775809", "1e19", "9e18", "9.007199254740993e15", "1e99999999999999999999",
    "1e9999", "99999999999999999999", "1 000", "٣", "1e5e5", "1.2.3", "nan", "inf", "--5", "0x1.8p3", " 5",
  ])
  func whatIsNone(text: String) {
    #expect(WholeNumber.read(text) == nil)
  }

  /// No sum of units may trap.
  @Test(arguments: [
    String(repeating: "999999999d", count: 110), "1e3s", "-5s", "9223372036854775807ms", "0s", "601s",
  ])
  func timeouts(text: String) throws {
    let found = try problems("receivers: [{name: a, slack: {url: https://hooks.example.org, timeout: \(text)}}]")
    #expect(
      found == ["receivers[0].slack.timeout: must be a duration with a unit, such as 30s, 5m or 2h, and at most 10m"])
  }

  @Test(arguments: [
    "9223372036854775808", "-9223372036854775809", "1e999", "1e9999999999", "nan", "inf", "0x1p3", "08", "1.5", "''",
    "0xffffffffffffffffffff", "99999999999999999999999999", "true",
  ])
  func extremeWholeNumbers(text: String) throws {
    let found = try problems(
      "receivers: [{name: a, concurrency: \(text), slack: {url: https://hooks.example.org}}]")
    #expect(found.count == 1)
    #expect(found[0].hasPrefix("receivers[0].concurrency: "))
  }

  @Test(arguments: [
    "1e999", "-1e999", "nan", ".nan", "inf", ".inf", "1e-999", "0x1p3", "-1", "9223372036854775807", "-0",
  ])
  func extremeNumbers(text: String) throws {
    let found = try problems("deliveries: {give_up_after_hours: \(text)}")
    #expect(found == ["deliveries.give_up_after_hours: must be a number from 0.01 to 8760.0"])
  }

  @Test(arguments: [("1e2", 100), ("1_0", 10), ("8.0e+01", 80), ("0x10", 16)])
  func spellingsOfWholeNumbers(text: String, number: Int) throws {
    let configuration = try read(
      "receivers: [{name: a, concurrency: \(text), slack: {url: https://hooks.example.org}}]")
    #expect(configuration.routing.receivers["a"]?.concurrency == number)
  }

  @Test(arguments: [
    "-1.001234567890e+12", "\"-1.001234567890e+12\"", "-1001234567890", "'-1001234567890'", "\"${CHAT}\"",
  ])
  func chatsAreTheNumberThatAChartMeant(text: String) throws {
    let configuration = try read(
      "receivers: [{name: a, telegram: {token: t, chat_id: \(text)}}]", environment: ["CHAT": "-1001234567890\n"])
    guard case .telegram(let chat)? = configuration.channels("a").first else {
      Issue.record("no chat")
      return
    }
    #expect(chat.chatID == "-1001234567890")
  }

  @Test func aTextOfThousandsOfHalfVariables() throws {
    let text = String(repeating: "${", count: 200_000)
    #expect(try VariableText.expand(text) { _ in nil } == text)
  }

  @Test func problemsAreToldUpToALimit() throws {
    let keys = (0..<5000).map { "k\($0): 1" }.joined(separator: ", ")
    let found = try problems("receivers: [{name: a, slack: {url: https://hooks.example.org, \(keys)}}]")
    #expect(found.count == 101)
    #expect(found.last == "and 4900 more")
  }

  @Test func thereAreLimitsToRoutesAndReceivers() throws {
    let routes = (0...1000).map { _ in "{receivers: []}" }.joined(separator: ", ")
    #expect(try problems("routes: [\(routes)]") == ["routes: are more than 1000"])
    let values = (0...1000).map { "c\($0)" }.joined(separator: ", ")
    #expect(
      try problems("routes: [{match: {campaign_id: [\(values)]}, receivers: []}]")
        == ["routes[0].match.campaign_id: are more than 1000: use a pattern"])
  }
}
