extension PostgresRow {
  /// ``text(_:)``, or nil for NULL.
  package func optionalText(_ column: Int) throws(PostgresError) -> String? {
    isNull(column) ? nil : try text(column)
  }

  /// ``int8(_:)``, or nil for NULL.
  package func optionalInt8(_ column: Int) throws(PostgresError) -> Int64? {
    isNull(column) ? nil : try int8(column)
  }

  /// ``float8(_:)``, or nil for NULL.
  package func optionalFloat8(_ column: Int) throws(PostgresError) -> Double? {
    isNull(column) ? nil : try float8(column)
  }

  /// ``bool(_:)``, or nil for NULL.
  package func optionalBool(_ column: Int) throws(PostgresError) -> Bool? {
    isNull(column) ? nil : try bool(column)
  }

  /// ``timestamptz(_:)``, or nil for NULL.
  package func optionalTimestamptz(_ column: Int) throws(PostgresError) -> Int64? {
    isNull(column) ? nil : try timestamptz(column)
  }

  /// ``uuid(_:)``, or nil for NULL.
  package func optionalUUID(_ column: Int) throws(PostgresError) -> PostgresUUID? {
    isNull(column) ? nil : try uuid(column)
  }

  /// ``jsonb(_:)``, or nil for NULL.
  package func optionalJSONB(_ column: Int) throws(PostgresError) -> [UInt8]? {
    isNull(column) ? nil : try jsonb(column)
  }
}
