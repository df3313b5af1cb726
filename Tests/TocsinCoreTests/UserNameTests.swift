import Testing
import TocsinCore

@Suite struct UserNameTests {
  @Test(arguments: ["kim", "Zoë Ng", "ops@example.org", "悟 🌷", String(repeating: "a", count: 256)])
  func aNameIsOneLineOfText(name: String) {
    #expect(UserName.isValid(name))
  }

  @Test(arguments: [
    "", " kim", "kim ", "a\nb", "a\tb", "a\0", "\u{7f}", "a\u{85}b", "a\u{2028}b", "a\u{fffd}",
    String(repeating: "é", count: 129),
  ])
  func whatWouldNotSurviveALogLineIsNone(name: String) {
    #expect(!UserName.isValid(name))
  }
}
