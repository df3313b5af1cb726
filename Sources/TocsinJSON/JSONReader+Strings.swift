/// The name of a member where it stands in the text.
package struct JSONName {
  /// Where its opening quote stands.
  package var place: Int
  /// Its first byte.
  package var start: Int
  /// How many bytes it has in the text; -1 where it is written with escapes: ``JSONReader/unescapedName`` has it then.
  package var count: Int
}

extension JSONReader {
  /// Reads a member's name and the colon after it; without escapes nothing is allocated. It is good until the next.
  package mutating func name() throws(JSONError) -> JSONName {
    guard try peek() == UInt8(ascii: "\"") else {
      throw failure("the name of a member, in double quotes, is expected here")
    }
    var name = JSONName(place: offset, start: offset + 1, count: 0)
    offset += 1
    try skipPlainText()
    if bytes[offset] == UInt8(ascii: "\"") {
      name.count = offset - name.start
      offset += 1
    } else {
      unescapedName = try escapedString(from: name.start)
      name.count = -1
    }
    try colon()
    return name
  }

  /// Whether a member has that name.
  @inlinable @inline(__always)
  package func isName(_ name: JSONName, _ text: StaticString) -> Bool {
    name.count >= 0 ? isText(text, at: name.start, count: name.count) : unescapedName.hasSameBytes(as: "\(text)")
  }

  /// A member's name as a string.
  package func text(of name: JSONName) -> String {
    name.count >= 0 ? text(from: name.start, to: name.start + name.count) : unescapedName
  }

  /// Reads a string, quotes included.
  package mutating func string(expecting reason: String = "a string is expected here") throws(JSONError) -> String {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { throw failure(reason) }
    offset += 1
    let start = offset
    try skipPlainText()
    guard bytes[offset] == UInt8(ascii: "\"") else { return try escapedString(from: start) }
    offset += 1
    return text(from: start, to: offset - 1)
  }

  /// A string of bytes that are known to be UTF-8.
  private func text(from start: Int, to end: Int) -> String {
    let range = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    return String(decoding: range.assumingMemoryBound(to: UInt8.self), as: UTF8.self)
  }

  /// Moves to the next quote or backslash; everything before it is valid UTF-8 without control characters.
  ///
  /// Eight bytes at a time: each term has its lowest set bit at the first byte that it looks for (a borrow can only
  /// spoil bytes above that one), and so has their union.
  mutating func skipPlainText() throws(JSONError) {
    let ones: UInt64 = 0x0101_0101_0101_0101
    while true {
      while offset &+ 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let quotes = word ^ (ones &* 0x22)
        let slashes = word ^ (ones &* 0x5c)
        let below = (word &- ones &* 0x20) & ~word
        let equal = ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes)
        let found = (word | below | equal) & (ones &* 0x80)
        if found != 0 {
          offset &+= found.trailingZeroBitCount &>> 3
          break
        }
        offset &+= 8
      }
      guard offset < bytes.count else { throw failure("the text ends inside a string") }
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): return
      case 0: throw failure("the character U+0000 is not allowed")
      case 1..<0x20: throw failure("a control character must be written as an escape")
      case 0x20..<0x80: offset &+= 1
      default: offset &+= try lengthOfCharacter(beginningWith: byte)
      }
    }
  }

  /// Checks one character of two to four bytes (RFC 3629, section 4) and says how many it has.
  private func lengthOfCharacter(beginningWith first: UInt8) throws(JSONError) -> Int {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch first {
    case 0xc2...0xdf: length = 2
    case 0xe0:
      length = 3
      second = 0xa0...0xbf
    case 0xed:
      length = 3
      second = 0x80...0x9f
    case 0xe1...0xef: length = 3
    case 0xf0:
      length = 4
      second = 0x90...0xbf
    case 0xf1...0xf3: length = 4
    case 0xf4:
      length = 4
      second = 0x80...0x8f
    default: throw failure("the text is not valid UTF-8")
    }
    guard offset + length <= bytes.count, second.contains(bytes[offset + 1]) else {
      throw failure("the text is not valid UTF-8")
    }
    for place in 2..<4 where place < length {
      guard bytes[offset + place] & 0xc0 == 0x80 else { throw failure("the text is not valid UTF-8") }
    }
    return length
  }

  /// Reads the rest of a string whose first backslash is the current byte, closing quote included.
  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var text: [UInt8] = []
    var plain = start
    while true {
      text.append(contentsOf: bytes[plain..<offset])
      if bytes[offset] == UInt8(ascii: "\"") {
        offset += 1
        return String(decoding: text, as: UTF8.self)
      }
      try escape(into: &text)
      plain = offset
      try skipPlainText()
    }
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard offset + 1 < bytes.count else { throw failure("the text ends inside a string") }
    let place = offset
    let letter = bytes[offset + 1]
    offset += 2
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): try unicodeEscape(from: place, into: &text)
    default: throw failure("there is no such escape in JSON", at: place)
    }
  }

  /// Reads what follows `\u`: four hex digits, and a second escape where they are half of a surrogate pair.
  private mutating func unicodeEscape(from place: Int, into text: inout [UInt8]) throws(JSONError) {
    let unit = try hexDigits()
    var code = unit
    if (0xdc00..<0xe000).contains(unit) { throw failure("a surrogate stands alone", at: place) }
    if (0xd800..<0xdc00).contains(unit) {
      guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u") else {
        throw failure("a surrogate stands alone", at: place)
      }
      offset += 2
      let low = try hexDigits()
      guard (0xdc00..<0xe000).contains(low) else { throw failure("a surrogate stands alone", at: place) }
      code = 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
    }
    guard code != 0 else { throw failure("the character U+0000 is not allowed", at: place) }
    guard let scalar = Unicode.Scalar(code) else { throw failure("there is no such character", at: place) }
    text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }

  private mutating func hexDigits() throws(JSONError) -> UInt32 {
    guard offset + 4 <= bytes.count else { throw failure("the text ends inside a string") }
    var value: UInt32 = 0
    for byte in bytes[offset..<offset + 4] {
      guard let digit = UInt32(hexDigit: byte) else { throw failure("four hexadecimal digits are expected here") }
      value = value << 4 | digit
    }
    offset += 4
    return value
  }
}

extension FixedWidthInteger {
  /// The value of an ASCII hexadecimal digit.
  package init?(hexDigit byte: UInt8) {
    switch byte {
    case 48...57: self = Self(byte - 48)
    case 97...102: self = Self(byte - 87)
    case 65...70: self = Self(byte - 55)
    default: return nil
    }
  }
}
