import Testing

@testable import PostgresClient

/// Whatever the server sends, reading it gives a value or an error.
@Suite struct ExtremeValueTests {
  @Test(arguments: ["infinity", "-infinity", "294246-12-31 23:59:59.999999+00", "4713-01-01 00:00:00+00 BC"])
  func timesAtTheEndsOfTheCalendar(_ text: String) async throws {
    let connection = try await Shared.connection()
    let time = try await scalar(connection, "SELECT '\(text)'::timestamptz")
    #expect(try await scalar(connection, "SELECT $1::timestamptz = '\(text)'", [time]) == .bool(true))
  }

  @Test func theLastThirtyYearsCountAsInfinity() async throws {
    let connection = try await Shared.connection()
    let time = try await scalar(connection, "SELECT '294276-12-31 23:59:59.999999+00'::timestamptz")
    #expect(time == .timestamptz(.max))
  }

  @Test(arguments: [Int64.min, .min + 1, -1, 0, .max - 1, .max])
  func anyTimeCanBeSent(_ time: Int64) async throws {
    let connection = try await Shared.connection()
    do {
      _ = try await scalar(connection, "SELECT $1::timestamptz", [.timestamptz(time)])
    } catch let error as PostgresError {
      #expect(error.isDataError)
    }
    #expect(try await scalar(connection, "SELECT 1") == .int8(1))
  }

  @Test(arguments: [
    "'NaN'::numeric", "1e400::numeric", "'{1,2}'::numeric[]", "'{{1,2},{3,4}}'::int8[]", "'{1,NULL}'::int8[]",
    "'{NULL}'::uuid[]", "'[5:6]={1,2}'::int8[]", "'{}'::int8[]", "'{{a},{b}}'::text[]", "'{NULL,true}'::bool[]",
    "'NaN'::float8", "'-Infinity'::float4", "'1e400'::jsonb", "'{\"a\": 1e400}'::jsonb", "9223372036854775807::int8",
    "'infinity'::date", "'1 day'::interval", "'\\x00ff'::bytea", "'(1,2)'::point", "'[1,5)'::int8range",
  ])
  func everyGetterTakesOrRefusesEveryType(_ expression: String) async throws {
    let connection = try await Shared.connection()
    let row = try #require(
      try await connection.execute(PostgresStatement("SELECT \(expression)", name: expression)).rows.first)
    let getters: [(PostgresRow) throws -> Void] = [
      { _ = try $0.text(0) }, { _ = try $0.int8(0) }, { _ = try $0.float8(0) }, { _ = try $0.bool(0) },
      { _ = try $0.timestamptz(0) }, { _ = try $0.uuid(0) }, { _ = try $0.jsonb(0) }, { _ = try $0.textArray(0) },
      { _ = try $0.int8Array(0) }, { _ = try $0.float8Array(0) }, { _ = try $0.boolArray(0) },
      { _ = try $0.timestamptzArray(0) }, { _ = try $0.uuidArray(0) }, { _ = try $0.jsonbArray(0) }, { _ = try $0[0] },
    ]
    for getter in getters {
      do { try getter(row) } catch { #expect((error as? PostgresError)?.code == .decoding) }
    }
  }

  @Test func arraysThatCannotBeReadAreErrors() async throws {
    let connection = try await Shared.connection()
    for expression in ["'{1,NULL}'::int8[]", "'{{1,2},{3,4}}'::int8[]"] {
      let error = try await failure { try await scalar(connection, "SELECT \(expression)") }
      #expect(error.code == .decoding)
    }
    #expect(try await scalar(connection, "SELECT '[5:6]={1,2}'::int8[]") == .int8Array([1, 2]))
  }

  /// Lengths and counts that lie: every byte of a valid array set to other values, and every beginning of it.
  @Test func lengthsThatLieAreErrorsOrValues() {
    let valid: [UInt8] =
      [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1] + [0, 0, 0, 2, 104, 105] + [255, 255, 255, 255]
    #expect(read(valid) == ["hi", nil])
    for count in 0..<valid.count { #expect(read(Array(valid[..<count])) == nil) }
    for place in valid.indices {
      for byte: UInt8 in [0, 1, 2, 3, 127, 128, 254, 255] {
        var bytes = valid
        bytes[place] = byte
        _ = read(bytes)
      }
    }
    // 2^31 - 1 elements, a length of 2^31 - 1, a length of -2, minus one dimension.
    let changes: [(Int, [UInt8])] = [
      (12, [127, 255, 255, 255]), (20, [127, 255, 255, 255]), (20, [255, 255, 255, 254]), (0, [255, 255, 255, 255]),
    ]
    for (place, bytes) in changes {
      var changed = valid
      changed.replaceSubrange(place..<place + 4, with: bytes)
      #expect(read(changed) == nil)
    }
  }

  private func read(_ bytes: [UInt8]) -> [String?]? {
    bytes.withUnsafeBytes { bytes in
      try? Decoding.optionalArray(bytes, of: .text, Decoding.text)
    }
  }

  @Test(arguments: [
    "connect_timeout=9223372036854775807", "connect_timeout=-9223372036854775808",
    "connect_timeout=99999999999999999999",
    "connect_timeout=2147484", "options='-c statement_timeout=9223372036854775807'",
    "options='-c statement_timeout=9223372036854775807min'", "options='-c statement_timeout=25d'",
    "options='-c statement_timeout=-1'", "options='-c statement_timeout=1e3'", "options='-c statement_timeout=3²'",
  ])
  func timesThatTheServerHasNoNumberForAreRefused(_ option: String) {
    let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: "host=h \(option)") }
    #expect(error?.code == .invalidConfiguration)
  }

  @Test func theLongestTimesAreTaken() async throws {
    var configuration = try Shared.configuration()
    let longest = Duration.milliseconds(Int64(Int32.max))
    for timeout in [.seconds(Int64.max), longest, longest / 2, .zero] {
      configuration.statementTimeout = timeout
      configuration.connectTimeout = max(timeout, .seconds(-3))
      let connection = try await PostgresConnection.connect(configuration)
      #expect(try await scalar(connection, "SELECT 1") == .int8(1))
    }
    let hours = try PostgresConfiguration(url: "host=h options='-c statement_timeout=2h'")
    #expect(hours.statementTimeout == .seconds(7200))
  }
}
