extension PostgresRow {
  /// A `text[]`, `varchar[]` or array of an enum.
  package func textArray(_ column: Int) throws(PostgresError) -> [String?] {
    try read(column, where: { _ in true }) { (bytes) throws(PostgresError) in
      try Decoding.optionalArray(bytes, of: .text, Decoding.text)
    }
  }

  /// An `int8[]` without NULL elements.
  package func int8Array(_ column: Int) throws(PostgresError) -> [Int64] {
    try read(column, where: { $0 == .int8Array }) { (bytes) throws(PostgresError) in
      try Decoding.array(bytes, of: .int8, Decoding.int8)
    }
  }

  /// A `float8[]` without NULL elements.
  package func float8Array(_ column: Int) throws(PostgresError) -> [Double] {
    try read(column, where: { $0 == .float8Array }) { (bytes) throws(PostgresError) in
      try Decoding.array(bytes, of: .float8, Decoding.float8)
    }
  }

  /// A `bool[]` without NULL elements.
  package func boolArray(_ column: Int) throws(PostgresError) -> [Bool] {
    try read(column, where: { $0 == .boolArray }) { (bytes) throws(PostgresError) in
      try Decoding.array(bytes, of: .bool, Decoding.bool)
    }
  }

  /// A `timestamptz[]` in microseconds since the Unix epoch.
  package func timestamptzArray(_ column: Int) throws(PostgresError) -> [Int64?] {
    try read(column, where: { $0 == .timestamptzArray }) { (bytes) throws(PostgresError) in
      try Decoding.optionalArray(bytes, of: .timestamptz, Decoding.timestamptz)
    }
  }

  /// A `uuid[]` without NULL elements.
  package func uuidArray(_ column: Int) throws(PostgresError) -> [PostgresUUID] {
    try read(column, where: { $0 == .uuidArray }) { (bytes) throws(PostgresError) in
      try Decoding.array(bytes, of: .uuid, Decoding.uuid)
    }
  }

  /// The UTF-8 texts of a `jsonb[]` without NULL elements.
  package func jsonbArray(_ column: Int) throws(PostgresError) -> [[UInt8]] {
    try read(column, where: { $0 == .jsonbArray }) { (bytes) throws(PostgresError) in
      try Decoding.array(bytes, of: .jsonb, Decoding.jsonb)
    }
  }

  /// The column as a value of its own type.
  /// - Throws: ``PostgresError`` with `decoding` for a type that ``PostgresValue`` does not have
  package subscript(_ column: Int) -> PostgresValue {
    get throws(PostgresError) {
      if isNull(column) { return .null }
      return switch type(column) {
      case .int8, .int4, .int2, .oid: .int8(try int8(column))
      case .float8, .float4: .float8(try float8(column))
      case .bool: .bool(try bool(column))
      case .timestamptz, .timestamp: .timestamptz(try timestamptz(column))
      case .uuid: .uuid(try uuid(column))
      case .jsonb, .json: .jsonb(try jsonb(column))
      case .textArray, .varcharArray: .textArray(try textArray(column))
      case .int8Array: .int8Array(try int8Array(column))
      case .float8Array: .float8Array(try float8Array(column))
      case .boolArray: .boolArray(try boolArray(column))
      case .timestamptzArray: .timestamptzArray(try timestamptzArray(column))
      case .uuidArray: .uuidArray(try uuidArray(column))
      case .jsonbArray: .jsonbArray(try jsonbArray(column))
      default: .text(try text(column))
      }
    }
  }
}
