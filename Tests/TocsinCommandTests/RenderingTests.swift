import FakeServer
import Testing
import TocsinClient
import TocsinCore
import TocsinJSON

@testable import tocsin

@Suite struct RenderingTests {
  @Test func columnsAreAsWideAsTheirWidestCell() {
    var table = Table("A", "LONG NAME")
    table.add("wider", "x")
    table.add("é🚨", Table.Cell("red", .severity(.high)))
    #expect(table.text() == ["A      LONG NAME", "wider  x", "é🚨    red"])
    #expect(
      table.text(colors: true) == [
        "\u{1B}[1mA\u{1B}[0m      \u{1B}[1mLONG NAME\u{1B}[0m", "wider  x", "é🚨    \u{1B}[1;31mred\u{1B}[0m",
      ])
  }

  @Test func anAlertInColour() throws {
    let alert = try Alert(json: JSON(parsing: Samples.alert(severity: "critical")))
    #expect(
      AlertLine(alert).line.text(colors: true, width: nil)
        == "2025-06-24 21:05:12Z  \u{1B}[1;97;41mCRITICAL\u{1B}[0m  ROAS fell: Spring sale  [c1]  roas 1.5 < 2  "
        + "\u{1B}[2m\(Samples.alertID)\u{1B}[0m")
  }

  @Test(arguments: Severity.allCases)
  func labelsAreEquallyWide(severity: Severity) throws {
    let alert = try Alert(json: JSON(parsing: Samples.alert(severity: severity.rawValue)))
    let text = AlertLine(alert).line.text(colors: false, width: nil)
    #expect(text.firstRange(of: "ROAS")?.lowerBound == text.index(text.startIndex, offsetBy: 32))
  }

  @Test func widthsAreThoseOfATerminal() {
    #expect(
      ["abc", "é", "e\u{301}", "🚨", "👩‍🔬", "🇩🇪", "1️⃣", "日本", "한", "ｆ", ""].map(TextWidth.of) == [
        3, 1, 1, 2, 2, 2, 2, 4, 2, 2, 0,
      ])
    #expect(TextWidth.prefix("a日本", 2) == "a")
    #expect(TextWidth.prefix("a日本", 3) == "a日")
  }

  @Test func linesAreCutToTheWidthAndNeverWhereThereIsNone() throws {
    var table = Table("A", "B")
    table.add(Table.Cell("one"), Table.Cell("Frühling 🌷🌷", .good))
    func cut(_ width: Int?) -> String { table.lines[1].text(colors: false, width: width) }
    #expect(cut(nil) == "one  Frühling 🌷🌷")
    #expect(cut(18) == "one  Frühling 🌷🌷")
    #expect(cut(17) == "one  Frühling 🌷…")
    #expect(cut(16) == "one  Frühling …")
    #expect(cut(4) == "one…")
    #expect(cut(3) == "on…")
    #expect(cut(1) == "…")
    #expect(table.lines[1].text(colors: true, width: 8) == "one  \u{1B}[32mFr…\u{1B}[0m")
  }

  @Test func ofAnAlertTheTitleIsCutFirst() throws {
    let alert = try Alert(json: JSON(parsing: Samples.alert(title: "ROAS fell: Spring sale 🌷 in all regions")))
    let line = AlertLine(alert).line
    let whole = line.text(colors: false, width: nil)
    #expect(line.text(colors: false, width: TextWidth.of(whole)) == whole)
    for width in 60...TextWidth.of(whole) {
      #expect(TextWidth.of(line.text(colors: false, width: width)) <= width)
    }
    #expect(line.text(colors: false, width: 110).hasSuffix("…  [c1]  roas 1.5 < 2  \(Samples.alertID)"))
    #expect(line.text(colors: false, width: 80).contains("ROAS fell: Spri…  [c1]"))
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
      WatchLine(try StreamMessage(parsing: Array(json.utf8)))?.line.text(colors: false, width: nil)
    }
    #expect(try line("{\"type\":\"pong\"}") == nil)
    #expect(try line("{\"type\":\"subscribed\"}") == nil)
    #expect(try line("{\"type\":\"resumed\",\"recovered\":false,\"last_event_id\":\"e\"}") == nil)
    #expect(try line("{\"type\":\"news\",\"x\":1}") == "news: {\"type\":\"news\",\"x\":1}")
    #expect(try line("{\"type\":\"error\",\"code\":\"c\",\"message\":\"m\"}") == "the server says: m (c)")
  }
}

extension Table {
  /// The lines without a limit of their width.
  fileprivate func text(colors: Bool = false) -> [String] { lines.map { $0.text(colors: colors, width: nil) } }
}
