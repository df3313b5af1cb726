import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinApp

@Suite struct ConfigurationTreeTests {
  private func json(_ text: String, _ path: String = "f.yaml") throws -> JSON {
    try ConfigurationTree(text: text, path: path).json
  }

  private func reason(_ text: String, _ path: String = "f.yaml") -> String {
    do {
      _ = try ConfigurationTree(text: text, path: path)
      return ""
    } catch {
      return error.description
    }
  }

  @Test func plainScalarsMeanWhatYAMLTwelveSays() throws {
    let text = "[5, '5', yes, true, 012, 1.5, 1e3, 12:30, ~, null, '', -3, +4, ., nan, 0x1F, !!str 7, 1e999]"
    let expected: JSON = [
      5, "5", "yes", true, 12, 1.5, 1000, "12:30", nil, nil, "", -3, 4, ".", "nan", "0x1F", "7", "1e999",
    ]
    #expect(try json(text) == expected)
  }

  @Test func jsonIsReadAsJSON() throws {
    let text = "{\"a\": [1, 2.0, \"5\", true, null],\n\t\"b\": {\"c\": \"d\"}}"
    #expect(try json(text, "f.json") == ["a": [1, 2, "5", true, nil], "b": ["c": "d"]])
  }

  @Test func anchorsAndMergedMappings() throws {
    let text = """
      base: &base {host: a, port: 1}
      other: {<<: *base, port: 2}
      list: {<<: [*base, {more: x}]}
      """
    #expect(try json(text).object?["other"] == ["host": "a", "port": 2])
    #expect(try json(text).object?["list"] == ["host": "a", "port": 1, "more": "x"])
  }

  @Test(arguments: ["", "# nothing\n", "---\n", "~"])
  func anEmptyFileHasNoMembers(text: String) throws {
    #expect(try ConfigurationTree(text: text, path: "f.yaml").members == [])
  }

  @Test(arguments: [
    ("a: [1", "f.yaml: line "), ("a: 1\na: 2", "f.yaml: line 1: the mapping that begins there has a key twice"),
    ("a: *hunter2", "f.yaml: line 1, column 4: found undefined alias; a text that begins with * has"),
    ("a:\n  b: !hunter2", "f.yaml: line 2: tags are not used here; a text that begins with ! has to be quoted"),
    ("a: 1\n---\nb: 2", "f.yaml: line 3: another document begins there"),
    ("a: *hunter2 b", "f.yaml: line 1, column 4: a text that begins with * has to be quoted"),
    ("a: &b *hunter2", "f.yaml: line 1, column "), ("a: [*hunter2: x]", "f.yaml: line 1, column 5: found undefined"),
    ("? [a]\n: 1", "f.yaml: line 1: a key must be a text"), ("a: {<<: 5}", "f.yaml: line 1: << merges mappings only"),
    ("a: 'hunter2", "f.yaml: line "), ("a: @hunter2", "f.yaml: line 1, column 4: "), ("a: %hunter2", "f.yaml: line "),
    ("a:\thunter2: x: y", "f.yaml: line "), (String(repeating: "[", count: 40), "f.yaml: line "),
  ])
  func whatIsNotYAMLIsNamedWithItsPlaceAndWithoutItsText(text: String, beginning: String) {
    let reason = reason(text)
    #expect(reason.hasPrefix(beginning), "\(reason)")
    #expect(!reason.contains("hunter2"))
  }

  @Test func whatIsNotJSON() {
    #expect(reason("{\"a\": hunter2}", "f.json") == "f.json: a value is expected here (at byte 6)")
    #expect(reason("{\"a\": 1, \"a\": 2}", "f.json").hasPrefix("f.json: the object has two members of one name"))
  }

  @Test func textThatIsNestedTooDeeply() {
    let text = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    #expect(reason(text) == "f.yaml: line 1: nested too deeply")
  }
}
