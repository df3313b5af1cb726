/// One row of a result. Columns are counted from 0; a column that is not there is a programmer's error.
package struct PostgresRow: Sendable {
  private let storage: ResultStorage
  private let row: Int32

  init(storage: ResultStorage, row: Int32) {
    self.storage = storage
    self.row = row
  }

  /// How many columns the row has.
  package var count: Int { storage.handle.columnCount }

  /// Whether the column is NULL.
  package func isNull(_ column: Int) -> Bool {
    storage.handle.isNull(row, Int32(column))
  }

  func type(_ column: Int) -> TypeOID {
    storage.handle.type(column)
  }

  /// Reads a column that is not NULL and whose type the caller accepts.
  @inline(__always)
  func read<Value>(
    _ column: Int,
    where accepts: (TypeOID) -> Bool,
    _ decode: (UnsafeRawBufferPointer) throws(PostgresError) -> Value
  ) throws(PostgresError) -> Value {
    guard !isNull(column) else {
      throw PostgresError(.decoding, "column \(column) (\(storage.handle.columnName(column))) is NULL")
    }
    guard accepts(type(column)) else {
      throw PostgresError(
        .decoding,
        "column \(column) (\(storage.handle.columnName(column))) has the type \(type(column).rawValue)"
      )
    }
    return try storage.handle.withBytes(row, Int32(column), decode)
  }
}

extension PostgresRow {
  /// A string: `text`, `varchar`, `char(n)`, `name`, `json` or an enum.
  /// - Throws: ``PostgresError`` with `decoding` for NULL or another type, as every getter here
  package func text(_ column: Int) throws(PostgresError) -> String {
    try read(column, where: \.isTextual, Decoding.text)
  }

  /// An `int8`; `int4`, `int2` and `oid` are widened.
  package func int8(_ column: Int) throws(PostgresError) -> Int64 {
    let type = type(column)
    return try read(column, where: { [.int8, .int4, .int2, .oid].contains($0) }) { (bytes) throws(PostgresError) in
      var reader = BinaryReader(bytes)
      return switch type {
      case .int8: try reader.integer(Int64.self)
      case .int4: Int64(try reader.integer(Int32.self))
      case .int2: Int64(try reader.integer(Int16.self))
      default: Int64(try reader.integer(UInt32.self))
      }
    }
  }

  /// A `float8`; `float4` is widened.
  package func float8(_ column: Int) throws(PostgresError) -> Double {
    let type = type(column)
    return try read(column, where: { $0 == .float8 || $0 == .float4 }) { (bytes) throws(PostgresError) in
      if type == .float8 { return try Decoding.float8(bytes) }
      var reader = BinaryReader(bytes)
      return Double(Float(bitPattern: try reader.integer()))
    }
  }

  /// A `bool`.
  package func bool(_ column: Int) throws(PostgresError) -> Bool {
    try read(column, where: { $0 == .bool }, Decoding.bool)
  }

  /// A `timestamptz` in microseconds since the Unix epoch; `Int64.max` and `Int64.min` are the infinities.
  package func timestamptz(_ column: Int) throws(PostgresError) -> Int64 {
    try read(column, where: { $0 == .timestamptz || $0 == .timestamp }, Decoding.timestamptz)
  }

  /// A `uuid`.
  package func uuid(_ column: Int) throws(PostgresError) -> PostgresUUID {
    try read(column, where: { $0 == .uuid }, Decoding.uuid)
  }

  /// The UTF-8 text of a `jsonb` or `json`.
  package func jsonb(_ column: Int) throws(PostgresError) -> [UInt8] {
    let type = type(column)
    return try read(column, where: { $0 == .jsonb || $0 == .json }) { (bytes) throws(PostgresError) in
      type == .jsonb ? try Decoding.jsonb(bytes) : [UInt8](bytes)
    }
  }
}
