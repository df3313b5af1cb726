import Testing
import TocsinJSON

@Suite struct JSONParsingTests {
  @Test(
    arguments: [
      ("null", JSON.null), ("true", true), (" false\n", false), ("0", 0), ("-0", 0), ("42", 42), ("-17", -17),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.5", 1.5), ("-2.50", -2.5), ("1e3", 1000.0),
      ("1E+2", 100.0), ("25e-2", 0.25), ("0.1", 0.1), ("123456789012345678901234567890", 1.2345678901234568e29),
      ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)), ("5e-324", .number(.leastNonzeroMagnitude)),
      ("1e-400", 0.0), ("0e999999999999", 0.0), ("\"\"", ""),
      ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "a\"\\/\u{8}\u{c}\n\r\tz"),
      ("\"\\u00e9\\u20AC\\ud83d\\ude00\"", "é€😀"), ("\"é€😀 and a long tail after it\"", "é€😀 and a long tail after it"),
      ("[]", []), ("[1, [2], {}]", [1, [2], [:]]), ("{\"a\":1,\"b\":{\"c\":[null]}}", ["a": 1, "b": ["c": [nil]]]),
      ("{\"\":1,\"\\u0061\":2}", ["": 1, "a": 2]),
    ] as [(String, JSON)])
  func reads(_ text: String, _ expected: JSON) throws {
    #expect(try JSON(parsing: text) == expected)
  }

  @Test(
    arguments: [
      ("", 0, "ends too early"), ("  ", 2, "ends too early"), ("1 2", 2, "follows the end"), ("nul", 0, "value"),
      ("[1,]", 3, "value"), ("[1 2]", 3, "comma or a closing bracket"), ("{\"a\":1,}", 7, "name of a member"),
      ("{\"a\" 1}", 5, "colon"), ("{a:1}", 1, "name of a member"), ("{\"a\":1 \"b\":2}", 7, "comma or a closing brace"),
      ("[1}", 2, "closing bracket"), ("01", 0, "zero"), ("-01", 1, "zero"), ("-", 1, "digit"), ("1.", 2, "digit"),
      (".5", 0, "value"), ("+1", 0, "value"), ("1e", 2, "digit"), ("1e+", 3, "digit"), ("'a'", 0, "value"),
      ("\"a", 2, "inside a string"), ("\"a\\", 2, "inside a string"), ("\"\\x\"", 1, "no such escape"),
      ("\"\\u12g4\"", 3, "hexadecimal"), ("\"\\ud800\"", 1, "surrogate"), ("\"\\ud800\\u0041\"", 1, "surrogate"),
      ("\"\\udc00\"", 1, "surrogate"), ("\"x\\u0000\"", 2, "U+0000"), ("\"x\0\"", 2, "U+0000"),
      ("\"a\nb\"", 2, "control character"), ("\"long enough for words\u{1f}\"", 22, "control character"),
      ("{\"a\":1,\"a\":2}", 7, "one name"), ("{\"a\":1,\"\\u0061\":2}", 7, "one name"),
      ("[{\"x\":{\"k\":1,\"k\":1}}]", 13, "one name"), ("\u{feff}{}", 0, "byte order mark"),
      ("[1e400]", 1, "too large"), ("-1e400", 0, "too large"), ("NaN", 0, "not finite"),
      ("[-Infinity]", 1, "not finite"),
      ("/* */ 1", 0, "value"), ("\u{a0}1", 0, "value"),
    ] as [(String, Int, String)])
  func refuses(_ text: String, _ offset: Int, _ reason: String) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
    #expect(error?.offset == offset)
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "no error")")
  }

  @Test(
    arguments: [
      [0x80], [0xc0, 0xaf], [0xc3], [0xc3, 0x28], [0xe0, 0x80, 0xaf], [0xe2, 0x82], [0xed, 0xa0, 0x80],
      [0xf0, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xf0, 0x9f, 0x98, 0x41], [0xff],
    ] as [[UInt8]])
  func refusesInvalidUTF8(_ sequence: [UInt8]) {
    for padding in [0, 5, 13] {
      let text = [0x22] + Array(repeating: 0x61, count: padding) + sequence + [0x22]
      let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
      #expect(error?.reason == "the text is not valid UTF-8")
      #expect(error?.offset == padding + 1)
    }
  }

  @Test func tellsNumbersOutOfRangeFromSyntax() {
    #expect(#expect(throws: JSONError.self) { try JSON(parsing: "1e999") }?.kind == .number)
    #expect(#expect(throws: JSONError.self) { try JSON(parsing: "1e") }?.kind == .syntax)
  }

  @Test func limitsNesting() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try JSON(parsing: nested(64))
    #expect(throws: JSONError.self) { try JSON(parsing: nested(65)) }
    _ = try JSON(parsing: nested(3), maximumDepth: 3)
    #expect(throws: JSONError.self) { try JSON(parsing: nested(4), maximumDepth: 3) }
    #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: "[{\"a\":", count: 500_000)) }
  }

  @Test func everyPrefixFailsCleanly() throws {
    let text = #"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00é",true,false,null],"b":{"c":{}},"d":[],"e":"é😀"}"#
    let bytes = Array(text.utf8)
    _ = try JSON(parsing: bytes)
    for length in 0..<bytes.count {
      let error = #expect(throws: JSONError.self) { try JSON(parsing: Array(bytes[..<length])) }
      #expect((error?.offset ?? .max) <= length)
    }
  }

  @Test func namesAreComparedByteByByte() throws {
    let object = try #require(try JSON(parsing: "{\"\u{e9}\":1,\"e\u{301}\":2}").object)
    #expect(object["\u{e9}"] == 1)
    #expect(object["e\u{301}"] == 2)
  }

  @Test func findsRepeatedNamesAmongMany() throws {
    let names = (0..<2000).map { "\"key\($0)\":\($0)" }
    let object = try #require(try JSON(parsing: "{" + names.joined(separator: ",") + "}").object)
    #expect(object.count == 2000)
    #expect(throws: JSONError.self) { try JSON(parsing: "{" + (names + ["\"key3\":0"]).joined(separator: ",") + "}") }
  }

  /// What would take minutes if anything were quadratic takes a moment.
  @Test func hostileInputStaysLinear() throws {
    var names = "{"
    for index in 0..<90_000 { names += "\"k\(index)\":1," }
    let many = try #require(try JSON(parsing: names + "\"z\":1}").object)
    #expect(many == JSONObject(many.members.reversed().map { ($0.key, $0.value) }))
    #expect(many.contains(all: many))
    _ = try? JSON(parsing: String(repeating: "1", count: 1 << 20))
    _ = try? JSON(parsing: "0." + String(repeating: "3", count: 1 << 20))
    _ = try? JSON(parsing: "1e" + String(repeating: "9", count: 1 << 20))
    _ = try? JSON(parsing: "\"" + String(repeating: "\\u00e9", count: 170_000) + "\"")
    _ = try? JSON(parsing: "[" + String(repeating: "{},", count: 340_000))
  }
}
