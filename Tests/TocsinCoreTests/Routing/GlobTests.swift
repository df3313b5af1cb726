import Testing
import TocsinCore

@Suite struct GlobTests {
  @Test(arguments: [
    ("", ""), ("*", ""), ("*", "anything"), ("spring", "spring"), ("spring-*", "spring-"), ("spring-*", "spring-2026"),
    ("*-eu", "spring-eu"), ("*-eu", "-eu"), ("a*b*c", "abc"), ("a*b*c", "a-b-bb-c"), ("a*b*c", "abcbc"), ("c?1", "cx1"),
    ("?", "é"), ("**", "x"), ("*?", "x"), ("?*?", "xy"), ("ü*", "über"), ("a.c", "a.c"), ("[a]", "[a]"),
    ("*aab", "aaaab"),
  ])
  func matches(_ pattern: String, _ name: String) {
    #expect(Glob(pattern).matches(name))
    #expect(Glob(pattern).description == pattern)
  }

  @Test(arguments: [
    ("", "a"), ("spring", "Spring"), ("spring", "springs"), ("spring-*", "spring"), ("*-eu", "spring-eu-1"),
    ("a*b*c", "acb"), ("c?1", "c1"), ("?", ""), ("?", "ab"), ("*?", ""), ("a.c", "abc"), ("*aab", "aaba"),
  ])
  func doesNotMatch(_ pattern: String, _ name: String) {
    #expect(!Glob(pattern).matches(name))
  }

  /// A matcher that tries every place for every star would not end.
  @Test func aPatternOfManyStarsEnds() {
    let pattern = String(repeating: "a*", count: 60) + "b"
    #expect(!Glob(pattern).matches(String(repeating: "a", count: 2000)))
  }
}
