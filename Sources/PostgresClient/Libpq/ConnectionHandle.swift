import CLibpq

/// The owner of one `PGconn`, in non-blocking mode once connected.
///
/// Handed from the thread that connects to the actor that owns it; libpq asks only that no two threads
/// use a connection at the same time.
struct ConnectionHandle: ~Copyable {
  /// What is left of a statement to be sent.
  enum Flush {
    case done, pending, failed
  }

  /// Nil once finished: every function of libpq takes that for a connection that is lost.
  private var pointer: OpaquePointer?

  deinit {
    PQfinish(pointer)
  }

  /// Ends the connection and closes its socket.
  mutating func finish() {
    PQfinish(pointer)
    pointer = nil
  }

  /// Connects; blocks the thread for up to the connect timeout for each host.
  init(_ configuration: PostgresConfiguration) throws(PostgresError) {
    let parameters = configuration.parameters
    let connection = Self.withCStrings(parameters.map(\.keyword)) { keywords in
      Self.withCStrings(parameters.map(\.value)) { values in
        PQconnectdbParams(keywords, values, 0)
      }
    }
    guard let connection else { throw PostgresError(.connectionFailed, "out of memory") }
    pointer = connection
    guard PQstatus(connection) == CONNECTION_OK else {
      throw PostgresError(.connectionFailed, configuration.redacted(Self.trimmed(PQerrorMessage(connection))))
    }
    // Notices would go to standard error.
    PQsetNoticeReceiver(connection, { _, _ in }, nil)
    guard PQsetnonblocking(connection, 1) == 0 else {
      throw PostgresError(.connectionFailed, "the socket cannot be made non-blocking")
    }
  }

  var socket: Int32 { PQsocket(pointer) }
  var isBroken: Bool { PQstatus(pointer) != CONNECTION_OK }
  var isIdle: Bool { PQtransactionStatus(pointer) == PQTRANS_IDLE }
  var errorMessage: String { Self.trimmed(PQerrorMessage(pointer)) }
  var processID: Int32 { PQbackendPID(pointer) }

  /// Queues the preparation of a statement; the server infers the parameters' types.
  func sendPrepare(_ statement: PostgresStatement) -> Bool {
    PQsendPrepare(pointer, statement.name, statement.sql, 0, nil) == 1
  }

  /// Queues the question for a prepared statement's types.
  func sendDescribe(_ name: String) -> Bool {
    PQsendDescribePrepared(pointer, name) == 1
  }

  /// Queues one or more statements of the simple protocol.
  func sendQuery(_ sql: String) -> Bool {
    PQsendQuery(pointer, sql) == 1
  }

  /// Queues the execution of a prepared statement, with results in binary format.
  func sendExecute(_ name: String, _ parameters: borrowing ParameterBuffer) -> Bool {
    let slots = parameters.slots
    return parameters.withBytes { bytes in
      let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      let values = slots.map { slot in slot.start < 0 ? nil : base.map { $0 + slot.start } }
      return PQsendQueryPrepared(
        pointer,
        name,
        Int32(clamping: slots.count),
        values,
        slots.map { Int32(clamping: $0.length) },
        slots.map { $0.isBinary ? 1 : 0 },
        1
      ) == 1
    }
  }

  /// Writes what is queued, as far as the socket takes it.
  func flush() -> Flush {
    switch PQflush(pointer) {
    case 0: .done
    case 1: .pending
    default: .failed
    }
  }

  /// Reads what has arrived.
  /// - Returns: false when the connection is gone
  func consumeInput() -> Bool {
    PQconsumeInput(pointer) == 1
  }

  /// Whether the next result is still under way.
  var isBusy: Bool { PQisBusy(pointer) == 1 }

  /// The next result of the statement, nil at its end. Only when not busy, or it blocks.
  func nextResult() -> ResultHandle? {
    guard let result = PQgetResult(pointer) else { return nil }
    return ResultHandle(result)
  }

  /// Throws away notifications that nobody listens to.
  func discardNotifications() {
    while let notification = PQnotifies(pointer) { PQfreemem(notification) }
  }

  /// What stops the running statement from another thread.
  func cancelHandle() -> CancelHandle? {
    guard let cancel = PQgetCancel(pointer) else { return nil }
    return CancelHandle(cancel)
  }

  /// A message of libpq's without its line ends.
  static func trimmed(_ message: UnsafePointer<CChar>?) -> String {
    guard let message else { return "" }
    return String(cString: message).split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// Lends a NULL-terminated array of C strings.
  private static func withCStrings<T>(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> T
  ) -> T {
    let offsets = strings.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.utf8.count + 1) }
    let characters = strings.flatMap { $0.utf8CString }
    return characters.withUnsafeBufferPointer { buffer in
      var pointers: [UnsafePointer<CChar>?] = offsets.dropLast().map { offset in
        buffer.baseAddress.map { $0 + offset }
      }
      pointers.append(nil)
      return body(pointers)
    }
  }
}
