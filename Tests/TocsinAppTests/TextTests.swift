import Testing

@testable import TocsinApp

@Suite struct TextTests {
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

  @Test(arguments: [
    ("plain $ text $HOME ${}", "plain $ text $HOME ${}"), ("${A}", "alpha"), ("x${A}y${B_2}z", "xalphaybetaz"),
    ("$${A}", "${A}"), ("$$${A}", "$${A}"), ("${A", "${A"), ("${A-b}", "${A-b}"), ("${1A}", "${1A}"),
    ("${INNER}", "${A}"), ("pa$$word", "pa$$word"), ("$", "$"),
  ])
  func variables(text: String, expanded: String) throws {
    let variables = ["A": "alpha", "B_2": "beta", "INNER": "${A}"]
    #expect(try VariableText.expand(text) { variables[$0] } == expanded)
  }

  @Test func aVariableThatIsNotSet() {
    #expect(throws: VariableText.Missing(name: "NOPE")) { try VariableText.expand("a ${NOPE}") { _ in nil } }
  }

  @Test func placesShowOnlyKeysThatLookLikeKeys() {
    #expect("\(Place("receivers").element(1).member("slack").member("url"))" == "receivers[1].slack.url")
    #expect("\(Place.root.member("routes"))" == "routes")
    #expect("\(Place("slack").member("https://hooks.example.org/s3cret"))" == "slack.(a key that is not shown)")
    #expect("\(Place("slack").member("password hunter2"))" == "slack.(a key that is not shown)")
  }
}
