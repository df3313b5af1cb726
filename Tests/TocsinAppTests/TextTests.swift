import Testing

@testable import TocsinApp

@Suite struct TextTests {
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
