import FakeServer
import Testing
import TocsinClient
import TocsinCore

@testable import tocsin

@Suite struct RenderingTests {
  @Test func columnsAreAsWideAsTheirWidestCell() {
    var table = Table("A", "LONG NAME")
    table.add("wider", "x")
    table.add("é🚨", Table.Cell("red", .severity(.high)))
    #expect(table.lines(colors: false) == ["A      LONG NAME", "wider  x", "é🚨     red"])
    #expect(
      table.lines(colors: true) == [
        "\u{1B}[1mA\u{1B}[0m      \u{1B}[1mLONG NAME\u{1B}[0m", "wider  x", "é🚨     \u{1B}[1;31mred\u{1B}[0m",
      ])
  }

  @Test func anAlertInColour() throws {
    let alert = try Alert(json: JSON(parsing: Samples.alert(severity: "critical")))
    #expect(
      AlertLine(alert).text(colors: true)
        == "2025-06-24 21:05:12Z  \u{1B}[1;97;41mCRITICAL\u{1B}[0m  ROAS fell: Spring sale  [c1]  roas 1.5 < 2  "
        + "\u{1B}[2m\(Samples.alertID)\u{1B}[0m")
  }

  @Test(arguments: Severity.allCases)
  func labelsAreEquallyWide(severity: Severity) {
    #expect(AlertLine.label(severity, colors: false).count == 8)
    #expect(AlertLine.label(severity, colors: true).contains("\u{1B}["))
  }

  @Test func coloursAreForTerminalsThatWantThem() {
    #expect(Console.wantsColors([:], isTerminal: true))
    #expect(!Console.wantsColors([:], isTerminal: false))
    #expect(!Console.wantsColors(["NO_COLOR": "1"], isTerminal: true))
    #expect(Console.wantsColors(["NO_COLOR": ""], isTerminal: true))
    #expect(!Console.wantsColors(["TERM": "dumb"], isTerminal: true))
  }

  @Test func numbersMinutesAndWaits() {
    #expect([2, 1.5, -0.25, 1e20].map(Printable.number) == ["2", "1.5", "-0.25", "100000000000000000000"])
    #expect(
      [0, 30, 90, 120, 1440, 10_080].map(Printable.minutes) == ["0 min", "30 min", "90 min", "2 h", "1 d", "7 d"])
    #expect(WatchLine.seconds(.milliseconds(1234)) == "1.23 s")
  }

  @Test func aRulesCondition() throws {
    let rule = AlertRule(
      ruleID: "r", name: "n", alertType: .highCPA, severity: .low, threshold: 100, thresholdOperator: .greater,
      lookbackMinutes: 120, aggregation: .avg)
    #expect(rule.condition == "avg(cpa, 2 h) > 100")
  }

  @Test func nothingIsSaidOfWhatSaysNothing() throws {
    func line(_ json: String) throws -> String? {
      WatchLine(try StreamMessage(parsing: Array(json.utf8)))?.text(colors: false)
    }
    #expect(try line("{\"type\":\"pong\"}") == nil)
    #expect(try line("{\"type\":\"subscribed\"}") == nil)
    #expect(try line("{\"type\":\"resumed\",\"recovered\":false,\"last_event_id\":\"e\"}") == nil)
    #expect(try line("{\"type\":\"news\",\"x\":1}") == "news: {\"type\":\"news\",\"x\":1}")
    #expect(try line("{\"type\":\"error\",\"code\":\"c\",\"message\":\"m\"}") == "the server says: m (c)")
  }
}
