import CLibpq

/// The owner of one `PGresult`.
///
/// Sendable although it holds a pointer: libpq never changes a result once `PQgetResult` has returned
/// it, and documents that any thread may read it (34.20). There is exactly one owner, which frees it.
struct ResultHandle: ~Copyable, @unchecked Sendable {
  private let pointer: OpaquePointer

  /// Takes over the result.
  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    PQclear(pointer)
  }

  var status: ExecStatusType { PQresultStatus(pointer) }
  var rowCount: Int { Int(PQntuples(pointer)) }
  var columnCount: Int { Int(PQnfields(pointer)) }

  /// The command that ran, such as `COMMIT`; libpq says what really happened.
  var command: String { PQcmdStatus(pointer).map { String(cString: $0) } ?? "" }
  var affected: Int { PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0 }

  /// The types of a described statement's parameters.
  var parameterTypes: [TypeOID] {
    (0..<PQnparams(pointer)).map { TypeOID(rawValue: PQparamtype(pointer, $0)) }
  }

  func columnName(_ column: Int) -> String {
    PQfname(pointer, Int32(column)).map { String(cString: $0) } ?? "?"
  }

  func type(_ column: Int) -> TypeOID {
    TypeOID(rawValue: PQftype(pointer, Int32(column)))
  }

  func isNull(_ row: Int32, _ column: Int32) -> Bool {
    precondition(column >= 0 && column < PQnfields(pointer), "the row has no column \(column)")
    return PQgetisnull(pointer, row, column) == 1
  }

  /// Lends a value's bytes.
  func withBytes<T>(
    _ row: Int32,
    _ column: Int32,
    _ body: (UnsafeRawBufferPointer) throws(PostgresError) -> T
  ) throws(PostgresError) -> T {
    let bytes = UnsafeRawBufferPointer(
      start: PQgetvalue(pointer, row, column),
      count: max(0, Int(PQgetlength(pointer, row, column)))
    )
    return try body(bytes)
  }

  /// The error that the result carries, or nil when it is none.
  var error: PostgresError? {
    switch status {
    case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
      PostgresError(
        .server,
        field("M") ?? PQresultErrorMessage(pointer).map { ConnectionHandle.trimmed($0) } ?? "unknown error",
        sqlState: field("C"),
        detail: field("D"),
        constraint: field("n")
      )
    default: nil
    }
  }

  /// A field of the error by its protocol code (PostgreSQL documentation, 55.8).
  private func field(_ code: UnicodeScalar) -> String? {
    PQresultErrorField(pointer, Int32(code.value)).map { String(cString: $0) }
  }
}
