import Testing
import TocsinCore

@Suite("The known name that a mistyped one stands for")
struct NearestNameTests {
  private let names = ["threshold", "threshold_operator", "cooldown_minutes", "campaign_id", "name"]

  @Test(
    "A slip of the keyboard is found",
    arguments: [
      ("treshold", "threshold"), ("Threshold", "threshold"), ("threshodl", "threshold"), ("campaign-id", "campaign_id"),
      ("cool_down_minutes", "cooldown_minutes"), ("nmae", "name"), ("thresholdOperator", "threshold_operator"),
    ])
  func slips(typed: String, meant: String) {
    #expect(NearestName.of(typed, among: names) == meant)
  }

  @Test("What is far from every name is none of them", arguments: ["", "x", "na", "colour", "limit"])
  func strangers(typed: String) {
    #expect(NearestName.of(typed, among: names) == nil)
  }

  @Test("A long name is not compared")
  func longNames() {
    #expect(NearestName.of(String(repeating: "threshold", count: 1_000), among: names) == nil)
  }

  @Test("The question names the nearest, or asks nothing")
  func question() {
    #expect(NearestName.question("treshold", among: names) == "; did you mean threshold?")
    #expect(NearestName.question("colour", among: names) == "")
  }
}
