import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinApp

@Suite struct YAMLTests {
  private func json(_ text: String) throws -> JSON {
    try ConfigurationTree(text: text, path: "f.yaml").json
  }

  private func reason(_ text: String, _ limits: YAML.Limits = .configuration) -> String {
    do {
      _ = try YAML.documents(text, limits: limits)
      return ""
    } catch {
      return error.reason
    }
  }

  /// Nine aliases of nine aliases, as deep as that: 9 to that power values in a few hundred bytes.
  private func laughs(_ depth: Int, _ element: (String) -> String) -> String {
    var text = "a0: &a0 {x: 1}\n"
    for level in 1...depth {
      text += "a\(level): &a\(level) \(element((0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ", ")))\n"
    }
    return text
  }

  @Test func aliasesOfAliasesAreCountedNotExpanded() {
    for depth in [5, 9, 20] {
      #expect(reason(laughs(depth) { "[\($0)]" }).hasSuffix("more than 100000 values, counting what aliases repeat"))
    }
    #expect(reason(laughs(3) { "[\($0)]" }) == "")
    #expect(reason(laughs(40) { "{y: [\($0)]}" }).hasSuffix("more than 100000 values, counting what aliases repeat"))
  }

  @Test func mergedMappingsAreCountedToo() {
    #expect(reason(laughs(9) { "{<<: [\($0)], y: 1}" }).hasSuffix("values, counting what aliases repeat"))
  }

  /// Yams compares keys with everything below them.
  @Test(arguments: ["? *a20\n: 1", "? [*a20, *a20]\n: 1\n? [*a20]\n: 2", "k: {*a20 : 1}", "k: {[*a20]: 1}"])
  func aliasesAsKeysAreNotExpandedEither(end: String) {
    #expect(reason(laughs(20) { "[\($0)]" } + end) != "")
    #expect(reason("a: &a [x]\nb:\n  ? *a\n  : 1") == "line 3: a key must be a text")
  }

  @Test func aliasesOfTextsMayBeKeys() throws {
    #expect(try json("a: &a x\nb: {*a : 1}") == ["a": "x", "b": ["x": 1]])
    #expect(reason("a: &a x\nb: {*a : 1, x: 2}") == "line 2: the mapping that begins there has a key twice")
  }

  @Test func anAliasIsWhatItsNameStoodForLast() throws {
    #expect(try json("[&a 1, *a, &a 2, *a, &b [*a], *b]") == [1, 1, 2, 2, [2], [2]])
    #expect(
      reason("a: &a [*a]") == "line 1, column 8: found undefined alias; a text that begins with * has to be quoted")
    #expect(reason("&a x\n---\n*a").hasPrefix("line 3, column 1: found undefined alias"), "each document has its own")
  }

  @Test func asterisksStayWhatTheyAre() throws {
    let text =
      "# * comment *a\na: test-*\nb: \"*x *y\"\nc: '*'\nd: |\n  * one\n  *two\ne*: x * y\nf: \u{E000}*\n\"*g\": 1"
    let expected: JSON = [
      "a": "test-*", "b": "*x *y", "c": "*", "d": "* one\n*two\n", "e*": "x * y", "f": "\u{E000}*", "*g": 1,
    ]
    #expect(try json(text) == expected)
    #expect(reason("a*: 1\na*: 2") == "line 1: the mapping that begins there has a key twice")
  }

  @Test func longAndDeepTextsAreRefused() {
    #expect(reason(String(repeating: "#", count: (1 << 20) + 1)) == "it is larger than 1 MiB")
    #expect(
      reason("[" + String(repeating: "a,", count: 100_001) + "]").hasPrefix("line 1: the file has more than 100000"))
    for opening in ["[", "{a: ", "- ", "? "] {
      let text = String(repeating: opening, count: 5000)
      #expect(reason(text) != "", "\(opening)")
    }
    var deep = "a0: &a0 [x]\n"
    for level in 1...40 { deep += "a\(level): &a\(level) [*a\(level - 1)]\n" }
    #expect(reason(deep).hasSuffix("nested too deeply"))
  }

  @Test func manyMergedMembersTakeNoTime() throws {
    let members = (0..<10_000).map { "k\($0): 1" }.joined(separator: ", ")
    #expect(try json("a: &a {\(members)}\nb: {<<: [*a, *a]}").object?["b"]?.object?.members.count == 10_000)
  }

  @Test(arguments: [
    ("1", JSON.integer(1)), ("-1", .integer(-1)), ("1.", .number(1)), (".5", .number(0.5)), ("1e3", .number(1000)),
    ("0x10", .string("0x10")), ("1_000", .string("1_000")), ("12:30", .string("12:30")), ("-", .string("-")),
    (".", .string(".")), ("true", .bool(true)), ("yes", .string("yes")), ("~", .null), ("nan", .string("nan")),
    ("1e999", .string("1e999")), ("+5", .integer(5)), ("--5", .string("--5")),
  ])
  func plainScalars(text: String, value: JSON) {
    #expect(YAMLScalar.value(text) == value)
  }

  @Test(arguments: [
    "0", "5", "-1001234567890", "1.5", "-0.25", "true", "false", "#a", "a", "12 Monkeys", "10.0.0.1", "1.2.3",
    "2001:db8::1", "a@b", "-", ".", "..", "1-2", "v1", "nine", "9007199254740992", "5m", "e5", "@name", "123-456",
  ])
  func exactScalars(text: String) {
    #expect(YAMLScalar.isExact(text))
  }

  @Test(arguments: [
    "0123", "1e3", "1.50", "1.", ".5", "-0", "+5", "0x1F", "0o17", "0b1", "1_000", "on", "Off", "YES", "no", "y", "N",
    "True", "FALSE", "12:30", "1:2:3.5", "2026-01-01", "2026-01-01T10:00:00Z", "-1.001234567890e+12", ".inf", "-.INF",
    ".NaN", "9007199254740993", "12345678901234567890", "0.12345678901234567", "089", "00", "6.02E23", "1e999",
  ])
  func scalarsThatAreChanged(text: String) {
    #expect(!YAMLScalar.isExact(text))
  }
}
