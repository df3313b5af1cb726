/// How each type's binary form reads.
enum Decoding {
  typealias Bytes = UnsafeRawBufferPointer

  static func text(_ bytes: Bytes) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  static func int8(_ bytes: Bytes) throws(PostgresError) -> Int64 {
    var reader = BinaryReader(bytes)
    return try reader.integer()
  }

  static func float8(_ bytes: Bytes) throws(PostgresError) -> Double {
    var reader = BinaryReader(bytes)
    return Double(bitPattern: try reader.integer())
  }

  static func bool(_ bytes: Bytes) throws(PostgresError) -> Bool {
    var reader = BinaryReader(bytes)
    return try reader.integer(UInt8.self) != 0
  }

  /// Microseconds since the Unix epoch; the infinities stay `Int64.max` and `Int64.min`. PostgreSQL counts from 2000: its
  /// last thirty years, up to 294276, have no number and count as infinity.
  static func timestamptz(_ bytes: Bytes) throws(PostgresError) -> Int64 {
    var reader = BinaryReader(bytes)
    let time: Int64 = try reader.integer()
    if time == .max || time == .min { return time }
    let (shifted, overflow) = time.addingReportingOverflow(TypeOID.epochOffset)
    return overflow ? .max : shifted
  }

  static func uuid(_ bytes: Bytes) throws(PostgresError) -> PostgresUUID {
    var reader = BinaryReader(bytes)
    return PostgresUUID(high: try reader.integer(), low: try reader.integer())
  }

  /// The text behind the version byte, which is 1.
  static func jsonb(_ bytes: Bytes) throws(PostgresError) -> [UInt8] {
    guard bytes.first == 1 else { throw PostgresError(.decoding, "the jsonb has a version other than 1") }
    return [UInt8](bytes.dropFirst())
  }

  /// An array whose elements may not be NULL.
  static func array<Element>(
    _ bytes: Bytes,
    of type: TypeOID,
    _ element: (Bytes) throws(PostgresError) -> Element
  ) throws(PostgresError) -> [Element] {
    var reader = BinaryReader(bytes)
    return try reader.array(of: type) { (found) throws(PostgresError) in
      guard let found else { throw BinaryReader.null }
      return try element(found)
    }
  }

  /// An array whose elements may be NULL.
  static func optionalArray<Element>(
    _ bytes: Bytes,
    of type: TypeOID,
    _ element: (Bytes) throws(PostgresError) -> Element
  ) throws(PostgresError) -> [Element?] {
    var reader = BinaryReader(bytes)
    return try reader.array(of: type) { (found) throws(PostgresError) -> Element? in
      guard let found else { return nil }
      return try element(found)
    }
  }
}
