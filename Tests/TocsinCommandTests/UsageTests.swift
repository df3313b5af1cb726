import ArgumentParser
import Testing
import TocsinCore

@testable import tocsin

@Suite struct UsageTests {
  @Test func theVersionIsTheReleases() async {
    let result = await run(["--version"])
    #expect(result == CommandRun(status: .done, output: [TocsinRelease.version], errors: []))
  }

  @Test(arguments: [
    ["--help"], ["check", "--help"], ["watch", "--help"], ["rules", "apply", "--help"], ["rules", "export", "--help"],
    ["alerts", "list", "--help"], ["bench", "checks", "--help"], ["bench", "stream", "--help"],
  ])
  func helpHasExamples(arguments: [String]) async {
    let result = await run(arguments)
    #expect(result.status == .done)
    #expect(result.output.joined().contains("tocsin "))
  }

  @Test func theHelpTellsOfExitStatuses() async {
    let help = await run(["--help"]).output.joined()
    for line in ["0  done", "1  the server refused", "2  the command line", "3  no server", "4  check --fail-on-alert"]
    {
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
