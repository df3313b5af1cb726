import Fuzzing
import Testing
import TocsinJSON

@Suite struct JSONWritingTests {
  @Test(
    arguments: [
      (JSON.number(2), "2.0"), (.number(-2.5), "-2.5"), (.number(0), "0.0"), (.number(-0.0), "-0.0"), (0, "0"),
      (.number(0.1), "0.1"), (.number(1e15), "1000000000000000.0"), (.number(1e16), "1e+16"),
      (.number(.greatestFiniteMagnitude), "1.7976931348623157e+308"), (.number(.leastNonzeroMagnitude), "5e-324"),
      (.number(.nan), "null"), (.number(-.infinity), "null"), (.integer(.min), "-9223372036854775808"),
      ("plain é😀", "\"plain é😀\""),
      ("a\"b\\c\u{1}\u{1f}\n\t\r\u{8}\u{c}/", "\"a\\\"b\\\\c\\u0001\\u001f\\n\\t\\r\\b\\f/\""),
      (["a": [1, 2.5, nil], "b": [:], "c": []], "{\"a\":[1,2.5,null],\"b\":{},\"c\":[]}"),
    ] as [(JSON, String)])
  func writes(_ value: JSON, _ text: String) {
    #expect(value.text == text)
  }

  @Test func numbersMeanTheSameWhateverTheirForm() {
    #expect(JSON.integer(2) == .number(2))
    #expect(JSON.integer(2).hashValue == JSON.number(2).hashValue)
    #expect(JSON.integer(.max) != .number(9_223_372_036_854_775_808))
    #expect(JSON.integer(1) != true)
    #expect(([1, 2] as JSON) == [1.0, 2.0])
  }

  @Test func membersGetTheirCommas() {
    var bytes: [UInt8] = [0x7b]
    JSONWriter.append(key: "a", string: "x,", to: &bytes)
    JSONWriter.append(key: "b", optional: nil, to: &bytes)
    JSONWriter.append(key: "c", object: [:], to: &bytes)
    JSONWriter.append(key: "d", integer: 3, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == #"{"a":"x,","b":null,"c":{},"d":3"#)
  }

  @Test func randomDoublesSurvive() throws {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<20_000 {
      let double = Double(bitPattern: generator.next())
      guard double.isFinite else { continue }
      let text = JSON.number(double).text
      #expect(try JSON(parsing: text).double?.bitPattern == double.bitPattern, "\(text)")
      // As far from the shortest form as numbers in the wild are.
      let short = "\(generator.next() % 100_000_000)e\(Int(generator.next() % 60) - 30)"
      #expect(try JSON(parsing: short).double == Double(short), "\(short)")
    }
  }

  @Test func randomTreesSurvive() throws {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<2000 {
      let tree = randomTree(depth: 4, &generator)
      let read = try JSON(parsing: tree.bytes)
      #expect(read == tree)
      #expect(read.hashValue == tree.hashValue)
      #expect(read.text == tree.text)
    }
  }

  private func randomTree(depth: Int, _ generator: inout SeededGenerator) -> JSON {
    switch Int.random(in: 0..<(depth == 0 ? 5 : 7), using: &generator) {
    case 0: return nil
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer(Int64(truncatingIfNeeded: generator.next() >> 3))
    case 3: return .number(Double.random(in: -1e6...1e6, using: &generator))
    case 4: return .string(randomText(&generator))
    case 5:
      return .array(
        (0..<Int.random(in: 0..<5, using: &generator)).map { _ in randomTree(depth: depth - 1, &generator) })
    default:
      let count = Int.random(in: 0..<24, using: &generator)
      return .object(
        JSONObject((0..<count).map { ("\($0)" + randomText(&generator), randomTree(depth: depth - 1, &generator)) }))
    }
  }

  private func randomText(_ generator: inout SeededGenerator) -> String {
    let alphabet = Array("abcdefgh \"\\/\n\t\u{1}\u{7f}é€😀\u{301}ßЖ漢")
    return String(
      (0..<Int.random(in: 0..<20, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! })
  }
}

@Suite struct JSONObjectTests {
  @Test func keepsOrderAndReplaces() {
    var object: JSONObject = ["b": 1, "a": 2, "b": 3]
    #expect(object.members.map(\.key) == ["b", "a"])
    #expect(object["b"] == 3)
    object["c"] = 4
    object["b"] = nil
    #expect(object.members.map(\.key) == ["a", "c"])
    #expect(object == ["c": 4, "a": 2])
    #expect(object.hashValue == (["c": 4, "a": 2] as JSONObject).hashValue)
    #expect(object != ["c": 4, "a": 2, "d": nil])
  }

  @Test func largeOnesReplace() {
    let object = JSONObject((0..<100).map { ("k\($0 % 50)", .integer(Int64($0))) })
    #expect(object.count == 50)
    #expect(object["k0"] == 50)
    #expect(object.members.first?.key == "k0")
  }
}
