/// Reads JSON (RFC 8259) from bytes, strictly, in one pass and in time linear in their number.
///
/// It goes down one stack frame for each level of nesting, never deeper than ``maximumDepth``. Beside whole values
/// it reads objects member by member, for readers that want fields and no tree.
///
/// A number that no double holds is read as one that is not finite and noted in ``nonFiniteOffset``, so that a
/// reader of fields can say which field it was; whoever reads whole documents must look at it.
package struct JSONReader {
  /// The text.
  package let bytes: UnsafeRawBufferPointer
  /// How many containers may be open at once.
  package let maximumDepth: Int
  /// The next byte to read.
  package var offset = 0
  /// How many containers are open.
  package private(set) var depth = 0
  /// The highest ``depth`` since it was last set to another value.
  package var deepest = 0
  /// Where the first number that no double holds began, since it was last set to nil.
  package var nonFiniteOffset: Int?

  /// The latest name that was written with escapes.
  package var unescapedName = ""

  /// A reader at the beginning of the text.
  package init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  /// An error at a place, by default the current one.
  @inline(never)
  package func failure(_ reason: String, at place: Int? = nil) -> JSONError {
    JSONError(offset: place ?? offset, reason: reason)
  }

  /// Must come first: a byte order mark is refused by name.
  package func refuseByteOrderMark() throws(JSONError) {
    guard bytes.count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf else { return }
    throw failure("the text begins with a byte order mark, which JSON does not allow")
  }

  /// Must come last: nothing but white space may follow.
  package mutating func end() throws(JSONError) {
    skipSpace()
    guard offset == bytes.count else { throw failure("something follows the end of the value") }
  }

  /// Moves to the next byte that is not white space.
  @inlinable @inline(__always)
  package mutating func skipSpace() {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return }
      offset += 1
    }
  }

  /// The next byte that is not white space, left in its place.
  @inlinable @inline(__always)
  package mutating func peek() throws(JSONError) -> UInt8 {
    skipSpace()
    guard offset < bytes.count else { throw failure("the text ends too early") }
    return bytes[offset]
  }

  /// Reads one value of any kind.
  package mutating func value() throws(JSONError) -> JSON {
    switch try peek() {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"):
      try word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try word("null")
      return .null
    case UInt8(ascii: "N"):
      nonFiniteOffset = nonFiniteOffset ?? offset
      try word("NaN")
      return .number(.nan)
    case UInt8(ascii: "I"):
      nonFiniteOffset = nonFiniteOffset ?? offset
      try word("Infinity")
      return .number(.infinity)
    default: throw failure("a value is expected here")
    }
  }

  mutating func word(_ text: StaticString) throws(JSONError) {
    guard follows(text) else { throw failure("a value is expected here") }
    offset += text.utf8CodeUnitCount
  }

  private func follows(_ text: StaticString) -> Bool {
    isText(text, at: offset, count: min(text.utf8CodeUnitCount, bytes.count - offset))
  }

  /// Whether these bytes of the text are exactly those of a literal.
  @inlinable @inline(__always)
  package func isText(_ text: StaticString, at start: Int, count: Int) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    let literal = text.utf8Start
    var index = 0
    while index < count {
      guard bytes[start + index] == literal[index] else { return false }
      index += 1
    }
    return true
  }

  private mutating func array() throws(JSONError) -> [JSON] {
    var elements: [JSON] = []
    var more = try beginArray()
    while more {
      elements.append(try value())
      more = try anotherElement()
    }
    return elements
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    var more = try beginObject()
    guard more else { return JSONObject() }
    var members = JSONObject(minimumCapacity: 4)
    var names = JSONNameSet()
    while more {
      skipSpace()
      let start = offset
      let key = try string(expecting: "the name of a member, in double quotes, is expected here")
      guard names.insert(key, after: members) else { throw duplicate(at: start) }
      try colon()
      members.append(uncheckedKey: key, value: try value())
      more = try anotherMember()
    }
    return members
  }

  /// The error for a name that its object has already.
  package func duplicate(at place: Int) -> JSONError {
    failure("the object has two members of one name", at: place)
  }

  // MARK: Containers, piece by piece

  /// Reads an opening brace. True: a member follows. False: the closing brace was read, too.
  package mutating func beginObject() throws(JSONError) -> Bool {
    try open()
    return try !closes(UInt8(ascii: "}"))
  }

  /// After a member: reads a comma (true) or the closing brace (false).
  package mutating func anotherMember() throws(JSONError) -> Bool {
    guard try peek() == UInt8(ascii: ",") else {
      guard try closes(UInt8(ascii: "}")) else { throw failure("a comma or a closing brace is expected here") }
      return false
    }
    offset += 1
    return true
  }

  /// Reads an opening bracket. True: an element follows. False: the closing bracket was read, too.
  package mutating func beginArray() throws(JSONError) -> Bool {
    try open()
    return try !closes(UInt8(ascii: "]"))
  }

  /// After an element: reads a comma (true) or the closing bracket (false).
  package mutating func anotherElement() throws(JSONError) -> Bool {
    guard try peek() == UInt8(ascii: ",") else {
      guard try closes(UInt8(ascii: "]")) else { throw failure("a comma or a closing bracket is expected here") }
      return false
    }
    offset += 1
    return true
  }

  /// Reads the colon after a member's name.
  @inline(__always)
  mutating func colon() throws(JSONError) {
    guard try peek() == UInt8(ascii: ":") else { throw failure("a colon is expected here") }
    offset += 1
  }

  private mutating func open() throws(JSONError) {
    guard depth < maximumDepth else { throw failure("the text is nested more than \(maximumDepth) levels deep") }
    offset += 1
    depth += 1
    deepest = max(deepest, depth)
  }

  private mutating func closes(_ bracket: UInt8) throws(JSONError) -> Bool {
    guard try peek() == bracket else { return false }
    offset += 1
    depth -= 1
    return true
  }
}

extension JSONReader {
  /// Reads a number: an integer where it has neither fraction nor exponent and fits 64 bits, else a double.
  mutating func number() throws(JSONError) -> JSON {
    let start = offset
    let isNegative = bytes[offset] == UInt8(ascii: "-")
    if isNegative { offset += 1 }
    if isNegative, offset < bytes.count, bytes[offset] == UInt8(ascii: "I") {
      nonFiniteOffset = nonFiniteOffset ?? start
      try word("Infinity")
      return .number(-.infinity)
    }
    var digits = Digits()
    let first = offset
    readDigits(into: &digits)
    guard offset > first else { throw failure("a digit is expected here") }
    guard offset == first + 1 || bytes[first] != UInt8(ascii: "0") else {
      throw failure("a number must not begin with a zero", at: first)
    }
    var exponent = 0
    var isWhole = true
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      isWhole = false
      offset += 1
      let point = offset
      readDigits(into: &digits)
      guard offset > point else { throw failure("a digit is expected here") }
      exponent = point - offset
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      offset += 1
      exponent += try readExponent()
    }
    if isWhole, let integer = digits.integer(negative: isNegative) { return .integer(integer) }
    if let double = digits.double(exponent: exponent) { return .number(isNegative ? -double : double) }
    let range = UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
    let double = Double(String(decoding: range, as: UTF8.self)) ?? .infinity
    if !double.isFinite { nonFiniteOffset = nonFiniteOffset ?? start }
    return .number(double)
  }

  @inline(__always)
  private mutating func readDigits(into digits: inout Digits) {
    while offset < bytes.count {
      let digit = bytes[offset] &- UInt8(ascii: "0")
      guard digit < 10 else { return }
      digits.append(digit)
      offset += 1
    }
  }

  private mutating func readExponent() throws(JSONError) -> Int {
    var isNegative = false
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") || bytes[offset] == UInt8(ascii: "+") {
      isNegative = bytes[offset] == UInt8(ascii: "-")
      offset += 1
    }
    let first = offset
    var value = 0
    while offset < bytes.count {
      let digit = bytes[offset] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      // Beyond this nothing is exact, and the slow way reads the text itself.
      if value < 1_000_000 { value = value * 10 + Int(digit) }
      offset += 1
    }
    guard offset > first else { throw failure("a digit is expected here") }
    return isNegative ? -value : value
  }
}

/// The digits of a number without its point.
private struct Digits {
  /// Their value, while ``isExact``.
  var value: UInt64 = 0
  /// Whether they have fitted 64 bits so far.
  var isExact = true

  @inline(__always)
  mutating func append(_ digit: UInt8) {
    // 1,844,674,407,370,955,160 * 10 + 9 still fits.
    if value <= 1_844_674_407_370_955_160 {
      value = value &* 10 &+ UInt64(digit)
    } else {
      isExact = false
    }
  }

  func integer(negative: Bool) -> Int64? {
    guard isExact else { return nil }
    if value <= UInt64(Int64.max) { return negative ? -Int64(value) : Int64(value) }
    return negative && value == UInt64(Int64.max) + 1 ? Int64.min : nil
  }

  /// The double nearest to `value * 10^exponent`, where both factors are exact and one rounding is all there is.
  func double(exponent: Int) -> Double? {
    guard isExact, value <= 1 << 53 else { return nil }
    let whole = Double(value)
    switch exponent {
    case 0: return whole
    case 1...22: return whole * Digits.powersOfTen[exponent]
    case -22 ... -1: return whole / Digits.powersOfTen[-exponent]
    default: return nil
    }
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
    1e20, 1e21, 1e22,
  ]
}
