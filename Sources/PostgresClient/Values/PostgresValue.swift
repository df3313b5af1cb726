/// A parameter of a statement, or a column of a row.
///
/// A parameter goes in binary where its type is the one that the server expects, and else as text for
/// the server to read: an `int8` fits an `int4` or a `numeric` column, a `text` fits an enum.
package enum PostgresValue: Sendable, Hashable {
  /// NULL, of any type.
  case null
  /// A string; the server refuses one that holds U+0000 (SQLSTATE 22021).
  case text(String)
  /// A 64-bit integer.
  case int8(Int64)
  /// A double; NaN and the infinities are stored as such.
  case float8(Double)
  /// A truth value.
  case bool(Bool)
  /// Microseconds since 1970-01-01T00:00:00Z; `Int64.max` and `Int64.min` are the infinities.
  case timestamptz(Int64)
  /// A UUID.
  case uuid(PostgresUUID)
  /// A JSON document as UTF-8 text.
  case jsonb([UInt8])
  /// `text[]`; an element may be NULL.
  case textArray([String?])
  /// `int8[]`.
  case int8Array([Int64])
  /// `float8[]`.
  case float8Array([Double])
  /// `bool[]`.
  case boolArray([Bool])
  /// `timestamptz[]` of microseconds since the Unix epoch; an element may be NULL.
  case timestamptzArray([Int64?])
  /// `uuid[]`.
  case uuidArray([PostgresUUID])
  /// `jsonb[]` of UTF-8 texts.
  case jsonbArray([[UInt8]])
}
