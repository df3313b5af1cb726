import ArgumentParser
import Testing
import TocsinCore
import TocsinJSON

@testable import tocsin

@Suite struct UsageTests {
  @Test func theVersionIsTheReleases() async {
    let result = await run(["--version"])
    #expect(result == CommandRun(status: .done, output: [TocsinRelease.version], errors: []))
  }

  @Test(arguments: [
    ["--help"], ["check", "--help"], ["watch", "--help"], ["rules", "apply", "--help"], ["rules", "export", "--help"],
    ["alerts", "list", "--help"], ["bench", "checks", "--help"], ["bench", "stream", "--help"], ["serve", "--help"],
    ["migrate", "--help"], ["dev", "--help"], ["config", "--help"], ["rules", "--help"], ["rules", "list", "--help"],
    ["rules", "get", "--help"], ["rules", "delete", "--help"], ["rules", "enable", "--help"],
    ["rules", "disable", "--help"], ["rules", "history", "--help"], ["alerts", "--help"],
    ["alerts", "show", "--help"], ["alerts", "timeline", "--help"], ["alerts", "acknowledge", "--help"],
    ["alerts", "resolve", "--help"], ["deliveries", "--help"], ["deliveries", "list", "--help"],
    ["deliveries", "replay", "--help"], ["test", "--help"], ["bench", "--help"],
  ])
  func helpHasExamples(arguments: [String]) async {
    let result = await run(arguments)
    #expect(result.status == .done)
    let text = result.output.joined()
    let examples = text.firstRange(of: "Examples:") ?? text.firstRange(of: "Try it:")
    let after = text[(examples?.upperBound ?? text.endIndex)...].split(separator: "\n").first ?? ""
    #expect(after.contains("tocsin "), "\(text)")
  }

  @Test func theHelpTellsOfExitStatuses() async {
    let help = await run(["--help"]).output.joined()
    for line in [
      "0  done", "1  the server refused", "2  the command line", "3  no server", "4  check --fail-on-alert",
      "75  the server",
    ] {
      #expect(help.contains(line))
    }
  }

  @Test(arguments: [
    ["nonsense"], ["check", "roas"], ["check", "roas", "much", "--campaign", "c"],
    ["check", "roas", "nan", "--campaign", "c"], ["check", "roas", "1", "--campaign", "c", "--context", "novalue"],
    ["check", "roas", "1", "--campaign", "c", "--type", "nope"], ["watch", "--severity", "awful"],
    ["watch", "--count", "0"], ["alerts", "list", "--limit", "0"], ["alerts", "list", "--timeout", "0"],
    ["rules", "apply"], ["rules", "list", "--url", "ftp://h"], ["bench", "checks"],
    ["bench", "checks", "--rate", "1", "--concurrency", "1"], ["bench", "checks", "--rate", "1", "--batch", "1001"],
    ["bench", "checks", "--concurrency", "1", "--connections", "2"], ["bench", "stream", "--clients", "0"],
  ])
  func badUsageIsTwo(arguments: [String]) async {
    let result = await run(arguments)
    #expect(result.status == .usage)
    #expect(!result.errors.isEmpty)
    #expect(result.output.isEmpty)
  }

  @Test(
    arguments: [
      (["chekc", "roas", "1"], "no such command 'chekc'; did you mean check?", "tocsin --help"),
      (["alerts", "lst"], "no such command 'lst'; did you mean list?", "tocsin alerts --help"),
      (["help", "rules", "aply"], "no such command 'aply'; did you mean apply?", "tocsin rules --help"),
      (
        ["alerts", "list", "--severty", "high"], "unknown option '--severty'; did you mean --severity?",
        "tocsin alerts list --help"
      ),
      (
        ["alerts", "list", "--severity", "hgh"],
        "the value 'hgh' is invalid for '--severity <severity>'; it is one of critical, high, medium, low or info",
        "tocsin alerts list --help"
      ),
      (["alerts", "list", "--limit", "0"], "--limit must be at least 1", "tocsin alerts list --help"),
      (["check", "roas"], "missing expected argument '<value>'", "tocsin check --help"),
      (["alerts", "acknowledge"], "name alerts by their ids or by --campaign", "tocsin alerts acknowledge --help"),
      (
        ["deliveries", "replay", "--all", "--state", "pending"],
        "the value 'pending' is invalid for '--state <state>'; it is one of dead, cancelled or delivered",
        "tocsin deliveries replay --help"
      ),
    ])
  func aFaultIsSaidOnceWithWhereToReadOn(arguments: [String], sentence: String, help: String) async {
    let result = await run(arguments)
    #expect(
      result == CommandRun(status: .usage, output: [], errors: ["tocsin: \(sentence)", "See `\(help)`."]))
  }

  @Test func aCommandThatIsLikeNoneIsSentToTheList() async {
    let result = await run(["nonsense"])
    #expect(
      result.errors == ["tocsin: no such command 'nonsense'", "`tocsin --help` lists the commands."])
  }

  @Test func aCheckOfEveryOption() throws {
    let parsed = try Tocsin.parseAsRoot([
      "check", "cpa", "130.5", "--campaign", "c1", "--name", "Spring", "--ad", "a7", "--context", "region=EU",
      "--context", "budget=250", "--context", "tags=[\"a\"]", "--context", "empty=", "--type", "high_cpa",
    ])
    let command = try #require(parsed as? CheckCommand)
    #expect(
      command.check
        == Check(
          metricName: "cpa", metricValue: 130.5, entity: Entity(campaignID: "c1", adID: "a7"), campaignName: "Spring",
          context: ["region": "EU", "budget": 250, "tags": ["a"], "empty": ""], alertTypes: [.highCPA]))
  }

  @Test func aCampaignWithoutANameIsCalledByItsID() throws {
    let parsed = try Tocsin.parseAsRoot(["check", "m", "--campaign", "c1", "--", "-3"])
    let command = try #require(parsed as? CheckCommand)
    #expect(command.check.campaignName == "c1")
    #expect(command.check.metricValue == -3)
    #expect(command.check.alertTypes == nil)
  }
}
