/// Writes pieces of compact JSON, for bodies whose shape is known. Whoever uses it puts the brackets.
package enum JSONWriter {
  /// Appends a string with its quotes. One without quotes, backslashes and control characters is copied as it is.
  package static func append(string: String, to bytes: inout [UInt8]) {
    var string = string
    bytes.append(UInt8(ascii: "\""))
    string.withUTF8 { text in
      var plain = 0
      var index = indexOfEscape(in: text, from: 0)
      while index < text.count {
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[plain..<index]))
        append(escaped: text[index], to: &bytes)
        plain = index + 1
        index = indexOfEscape(in: text, from: plain)
      }
      bytes.append(contentsOf: plain == 0 ? text : UnsafeBufferPointer(rebasing: text[plain...]))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Where the first byte that needs an escape stands; the text's end where there is none. Eight bytes at a time, as
  /// ``JSONReader/skipPlainText()`` does it.
  private static func indexOfEscape(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    let raw = UnsafeRawBufferPointer(text)
    let ones: UInt64 = 0x0101_0101_0101_0101
    var index = start
    while index &+ 8 <= raw.count {
      let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let quotes = word ^ (ones &* 0x22)
      let slashes = word ^ (ones &* 0x5c)
      let below = (word &- ones &* 0x20) & ~word
      let found = (below | ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes)) & (ones &* 0x80)
      if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < raw.count {
      let byte = raw[index]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
      index &+= 1
    }
    return index
  }

  private static func append(escaped byte: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case 0x08: bytes.append(literal: "\\b")
    case 0x09: bytes.append(literal: "\\t")
    case 0x0a: bytes.append(literal: "\\n")
    case 0x0c: bytes.append(literal: "\\f")
    case 0x0d: bytes.append(literal: "\\r")
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    default:
      bytes.append(literal: "\\u00")
      bytes.append(contentsOf: [byte >> 4, byte & 15].map { $0 < 10 ? 48 + $0 : 87 + $0 })
    }
  }

  /// Appends the shortest number that is read as the same double again, always with a fraction or an exponent;
  /// `null` for one that is not finite.
  package static func append(double: Double, to bytes: inout [UInt8]) {
    if abs(double) < 1e15, let whole = double.wholeInteger, whole != 0 || double.sign == .plus {
      append(integer: whole, to: &bytes)
      bytes.append(literal: ".0")
    } else if double.isFinite {
      bytes.append(contentsOf: double.description.utf8)
    } else {
      bytes.append(literal: "null")
    }
  }

  /// Appends an integer.
  package static func append(integer: Int64, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: String(integer).utf8)
  }

  /// Appends an integer.
  package static func append(integer: Int, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: String(integer).utf8)
  }

  /// Appends `true` or `false`.
  package static func append(bool: Bool, to bytes: inout [UInt8]) {
    bytes.append(literal: bool ? "true" : "false")
  }

  // MARK: Members

  /// Appends the name of a member, which must need no escapes, and its colon; before it a comma unless it is the
  /// first thing in the buffer or in its object.
  package static func append(key: StaticString, to bytes: inout [UInt8]) {
    if let last = bytes.last, last != UInt8(ascii: "{"), last != UInt8(ascii: ",") { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(literal: key)
    bytes.append(literal: "\":")
  }

  /// Appends a member.
  package static func append(key: StaticString, string: String, to bytes: inout [UInt8]) {
    append(key: key, to: &bytes)
    append(string: string, to: &bytes)
  }

  /// Appends a member, `null` where there is no string.
  package static func append(key: StaticString, optional string: String?, to bytes: inout [UInt8]) {
    append(key: key, to: &bytes)
    if let string { append(string: string, to: &bytes) } else { bytes.append(literal: "null") }
  }

  /// Appends a member.
  package static func append(key: StaticString, double: Double, to bytes: inout [UInt8]) {
    append(key: key, to: &bytes)
    append(double: double, to: &bytes)
  }

  /// Appends a member.
  package static func append(key: StaticString, integer: Int, to bytes: inout [UInt8]) {
    append(key: key, to: &bytes)
    append(integer: integer, to: &bytes)
  }

  /// Appends a member.
  package static func append(key: StaticString, bool: Bool, to bytes: inout [UInt8]) {
    append(key: key, to: &bytes)
    append(bool: bool, to: &bytes)
  }

  /// Appends a member that is an object.
  package static func append(key: StaticString, object: JSONObject, to bytes: inout [UInt8]) {
    append(key: key, to: &bytes)
    object.append(to: &bytes)
  }
}

extension [UInt8] {
  /// Appends the UTF-8 of a literal.
  package mutating func append(literal: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }
}
