extension ParameterBuffer {
  /// Adds a parameter as the type that the server expects.
  /// - Throws: `decoding` when the value cannot be that type, `server` with SQLSTATE 22021 when U+0000
  ///   stands in a value that must go as text
  mutating func append(_ value: PostgresValue, as type: TypeOID) throws(PostgresError) {
    switch (value, type) {
    case (.null, _): appendNull()
    case (.text(let string), _) where type.isTextual: append(binary: true) { $0.write(string) }
    case (.int8(let number), .int8): append(binary: true) { $0.write(number) }
    case (.int8(let number), .int4) where Int32(exactly: number) != nil:
      append(binary: true) { $0.write(Int32(truncatingIfNeeded: number)) }
    case (.int8(let number), .int2) where Int16(exactly: number) != nil:
      append(binary: true) { $0.write(Int16(truncatingIfNeeded: number)) }
    case (.float8(let number), .float8): append(binary: true) { $0.write(number.bitPattern) }
    case (.int8(let number), .float8): append(binary: true) { $0.write(Double(number).bitPattern) }
    case (.bool(let truth), .bool): append(binary: true) { $0.write(UInt8(truth ? 1 : 0)) }
    case (.timestamptz(let time), .timestamptz), (.timestamptz(let time), .timestamp):
      append(binary: true) { $0.write(Self.serverTime(time)) }
    case (.uuid(let uuid), .uuid): append(binary: true) { $0.write(uuid) }
    case (.jsonb(let json), .jsonb):
      append(binary: true) {
        $0.write(UInt8(1))
        $0.write(json)
      }
    case (.jsonb(let json), _) where type.isTextual: append(binary: true) { $0.write(json) }
    default: try appendArray(value, as: type)
    }
  }

  /// PostgreSQL counts microseconds from 2000; the infinities are the same in both counts.
  private static func serverTime(_ time: Int64) -> Int64 {
    if time == .max || time == .min { return time }
    let (shifted, overflow) = time.subtractingReportingOverflow(TypeOID.epochOffset)
    return overflow ? .min : shifted
  }

  private mutating func write(_ uuid: PostgresUUID) {
    write(uuid.high)
    write(uuid.low)
  }

  private mutating func appendArray(_ value: PostgresValue, as type: TypeOID) throws(PostgresError) {
    switch (value, type) {
    case (.textArray(let elements), .textArray), (.textArray(let elements), .varcharArray):
      appendArray(elements, of: type == .textArray ? .text : .varchar, nullable: true) {
        if let element = $1 { $0.write(element, prefixed: true) } else { $0.write(Int32(-1)) }
      }
    case (.int8Array(let elements), .int8Array):
      appendArray(elements, of: .int8, size: 12) {
        $0.write(Int32(8))
        $0.write($1)
      }
    case (.float8Array(let elements), .float8Array):
      appendArray(elements, of: .float8, size: 12) {
        $0.write(Int32(8))
        $0.write($1.bitPattern)
      }
    case (.boolArray(let elements), .boolArray):
      appendArray(elements, of: .bool, size: 5) {
        $0.write(Int32(1))
        $0.write(UInt8($1 ? 1 : 0))
      }
    case (.timestamptzArray(let elements), .timestamptzArray):
      appendArray(elements, of: .timestamptz, size: 12, nullable: true) {
        if let element = $1 {
          $0.write(Int32(8))
          $0.write(Self.serverTime(element))
        } else {
          $0.write(Int32(-1))
        }
      }
    case (.uuidArray(let elements), .uuidArray):
      appendArray(elements, of: .uuid, size: 20) {
        $0.write(Int32(16))
        $0.write($1)
      }
    case (.jsonbArray(let elements), .jsonbArray):
      appendArray(elements, of: .jsonb) {
        $0.write(Int32(truncatingIfNeeded: $1.count + 1))
        $0.write(UInt8(1))
        $0.write($1)
      }
    default: try appendText(value, as: type)
    }
  }

  /// The binary form of a one-dimensional array (`array_send` in PostgreSQL's `arrayfuncs.c`).
  @inline(__always)
  private mutating func appendArray<Element>(
    _ elements: [Element],
    of type: TypeOID,
    size: Int = 16,
    nullable: Bool = false,
    _ write: (inout Self, Element) -> Void
  ) {
    append(binary: true) {
      $0.reserve(20 + elements.count * size)
      $0.write(Int32(elements.isEmpty ? 0 : 1))
      $0.write(Int32(nullable ? 1 : 0))
      $0.write(type.rawValue)
      guard !elements.isEmpty else { return }
      $0.write(Int32(truncatingIfNeeded: elements.count))
      $0.write(Int32(1))
      for element in elements { write(&$0, element) }
    }
  }

  /// The way for a type without a binary form here: text, which the server reads with the type's own
  /// input function. libpq measures it up to its NUL.
  private mutating func appendText(_ value: PostgresValue, as type: TypeOID) throws(PostgresError) {
    guard let text = value.literal else {
      throw PostgresError(.decoding, "the value cannot be sent as the type \(type.rawValue)")
    }
    guard !text.utf8.contains(0) else {
      throw PostgresError(.server, "invalid byte sequence for encoding \"UTF8\": 0x00", sqlState: "22021")
    }
    append(binary: false) {
      $0.write(text)
      $0.write(UInt8(0))
    }
  }
}
