/// A JSON value (RFC 8259). Objects keep the order of their members.
///
/// Numbers without a fraction or exponent that fit 64 bits are ``integer(_:)``, all others IEEE doubles. Two values
/// are equal when they mean the same: `1` equals `1.0`, and the order of an object's members does not count.
package enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)

  package static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.integer(let whole), .number(let double)), (.number(let double), .integer(let whole)):
      double.wholeInteger == whole
    case (.string(let left), .string(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .integer(let value): hasher.combine(value)
    case .number(let value):
      if let whole = value.wholeInteger { hasher.combine(whole) } else { hasher.combine(value) }
    case .string(let value): hasher.combine(value)
    case .array(let elements): hasher.combine(elements)
    case .object(let object): hasher.combine(object)
    }
  }

  /// The text, if this is a string.
  package var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The number as a double, if this is a number.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The number, if this is a whole one.
  package var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The object, if this is one.
  package var object: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// The elements, if this is an array.
  package var array: [JSON]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// The truth value, if this is one.
  package var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
  package init(nilLiteral: ()) { self = .null }
}

extension Double {
  /// The same number as an integer, if there is one. (`Int64(exactly:)` would need the C library's mathematics, which
  /// nothing else here is linked with.)
  package var wholeInteger: Int64? {
    guard self >= -0x1p63, self < 0x1p63 else { return nil }
    let integer = Int64(self)
    return Double(integer) == self ? integer : nil
  }
}

extension JSON {
  /// Reads a whole JSON text (RFC 8259), strictly: no byte order mark, no trailing bytes, no repeated names, valid
  /// UTF-8 without U+0000, escaped or not, and only numbers that a double holds.
  /// - Parameter maximumDepth: how many arrays and objects may be open at once
  package init(parsing bytes: UnsafeRawBufferPointer, maximumDepth: Int = 64) throws(JSONError) {
    var reader = JSONReader(bytes, maximumDepth: maximumDepth)
    try reader.refuseByteOrderMark()
    self = try reader.value()
    try reader.end()
    if let offset = reader.nonFiniteOffset {
      throw JSONError(.number, offset: offset, reason: "the number is not finite, or too large for a double")
    }
  }

  /// Reads a whole JSON text.
  package init(parsing bytes: [UInt8], maximumDepth: Int = 64) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { (bytes) throws(JSONError) in
      try JSON(parsing: UnsafeRawBufferPointer(bytes), maximumDepth: maximumDepth)
    }
  }

  /// Reads a whole JSON text.
  package init(parsing text: String, maximumDepth: Int = 64) throws(JSONError) {
    self = try JSON(parsing: Array(text.utf8), maximumDepth: maximumDepth)
  }
}

extension JSON {
  /// Appends this value as compact JSON. Doubles keep their value and their fraction (`2.0`); one that is not finite,
  /// which no reader here makes, is written as `null`.
  package func append(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(literal: "null")
    case .bool(let value): JSONWriter.append(bool: value, to: &bytes)
    case .integer(let value): JSONWriter.append(integer: value, to: &bytes)
    case .number(let value): JSONWriter.append(double: value, to: &bytes)
    case .string(let value): JSONWriter.append(string: value, to: &bytes)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      var isFirst = true
      for element in elements {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        element.append(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object): object.append(to: &bytes)
    }
  }

  /// Compact JSON as bytes.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  /// Compact JSON.
  package var text: String { String(decoding: bytes, as: UTF8.self) }
}
