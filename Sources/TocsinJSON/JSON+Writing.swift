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

extension JSONObject {
  /// Appends this object as compact JSON.
  package func append(to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    var isFirst = true
    for member in members {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      JSONWriter.append(string: member.key, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      member.value.append(to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }
}
