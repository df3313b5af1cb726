import Testing

@testable import PostgresClient

@Suite struct ValueTests {
  static let uuid = PostgresUUID(high: 0x0192_3456_789a_7bcd, low: 0x8f01_2345_6789_abcd)

  static let values: [(String, PostgresValue)] = [
    ("text", .text("")), ("text", .text("Zürich 🚨 \"quoted\" \\ {}")), ("varchar", .text("v")),
    ("int8", .int8(.min)), ("int8", .int8(.max)), ("int4", .int8(-7)), ("int2", .int8(32767)),
    ("float8", .float8(-0.1)), ("float8", .float8(.infinity)), ("float8", .float8(.leastNonzeroMagnitude)),
    ("bool", .bool(true)), ("bool", .bool(false)),
    ("timestamptz", .timestamptz(0)), ("timestamptz", .timestamptz(1_753_000_000_123_456)),
    ("timestamptz", .timestamptz(.max)), ("timestamptz", .timestamptz(.min)),
    ("uuid", .uuid(uuid)), ("jsonb", .jsonb(Array(#"{"a": [1, null, "ü"]}"#.utf8))),
    ("text[]", .textArray([])), ("text[]", .textArray(["a", nil, "", "{,\"\\"])), ("varchar[]", .textArray(["x"])),
    ("int8[]", .int8Array([])), ("int8[]", .int8Array([1, -1, .max])),
    ("float8[]", .float8Array([])), ("float8[]", .float8Array([1.5, -.infinity])),
    ("bool[]", .boolArray([])), ("bool[]", .boolArray([true, false])),
    ("timestamptz[]", .timestamptzArray([])), ("timestamptz[]", .timestamptzArray([0, nil, .max])),
    ("uuid[]", .uuidArray([])), ("uuid[]", .uuidArray([uuid, PostgresUUID(high: 0, low: 0)])),
    ("jsonb[]", .jsonbArray([])), ("jsonb[]", .jsonbArray([Array("1".utf8), Array(#"{"k": "v"}"#.utf8)])),
  ]

  @Test(arguments: values) func roundTrip(type: String, value: PostgresValue) async throws {
    let connection = try await Shared.connection()
    #expect(try await scalar(connection, "SELECT $1::\(type)", [value]) == value)
    #expect(try await scalar(connection, "SELECT $1::\(type)", [.null]) == .null)
  }

  @Test func theServerReadsWhatWasSent() async throws {
    let connection = try await Shared.connection()
    let sent: [(String, PostgresValue, String)] = [
      ("timestamptz", .timestamptz(1_000_001), "1970-01-01 00:00:01.000001+00"),
      ("uuid[]", .uuidArray([Self.uuid]), "{01923456-789a-7bcd-8f01-23456789abcd}"),
      ("jsonb[]", .jsonbArray([Array("[1]".utf8)]), "{[1]}"),
      ("float8[]", .float8Array([2.5]), "{2.5}"),
      ("numeric", .float8(2.5), "2.5"), ("numeric", .int8(12), "12"), ("inet", .text("10.0.0.1"), "10.0.0.1/32"),
      ("int4[]", .int8Array([1, 2]), "{1,2}"), ("uuid", .text(Self.uuid.description), Self.uuid.description),
      ("json", .jsonb(Array("{}".utf8)), "{}"), ("float4[]", .float8Array([0.5]), "{0.5}"),
    ]
    try await connection.executeSimple("SET timezone = 'UTC'")
    for (type, value, text) in sent {
      #expect(try await scalar(connection, "SELECT $1::\(type)::text", [value]) == .text(text))
    }
  }

  @Test func userDefinedEnumsReadAndWriteAsText() async throws {
    let connection = try await Shared.connection()
    try await connection.executeSimple("CREATE TYPE pg_temp.mood AS ENUM ('calm', 'alarmed')")
    #expect(try await scalar(connection, "SELECT $1::pg_temp.mood", [.text("alarmed")]) == .text("alarmed"))
    let moods = try await connection.execute(
      PostgresStatement("SELECT $1::pg_temp.mood[]", name: "moods"),
      [.textArray(["calm", nil])]
    )
    #expect(try moods.rows[0].textArray(0) == ["calm", nil])
  }

  @Test(arguments: [
    ("text", PostgresValue.text("a\0b")), ("text[]", .textArray(["\0"])), ("inet", .text("10.0.0.1\0")),
    ("jsonb", .jsonb(Array(#""\u0000""#.utf8))),
  ])
  func zeroCharacterIsADataError(type: String, value: PostgresValue) async throws {
    let connection = try await Shared.connection()
    let error = try await failure { try await scalar(connection, "SELECT $1::\(type)", [value]) }
    #expect(error.isDataError && !error.isUnavailable)
    #expect(try await scalar(connection, "SELECT 1") == .int8(1))
  }

  @Test func largeArraysGoBothWays() async throws {
    let connection = try await Shared.connection()
    let numbers = (0..<200_000).map { Int64($0) }
    #expect(try await scalar(connection, "SELECT $1::int8[]", [.int8Array(numbers)]) == .int8Array(numbers))
    let texts: [String?] = (0..<50_000).map { $0 % 7 == 0 ? nil : String(repeating: "x", count: $0 % 100) }
    #expect(try await scalar(connection, "SELECT $1::text[]", [.textArray(texts)]) == .textArray(texts))
  }

  @Test func rowsReadByColumn() async throws {
    let connection = try await Shared.connection()
    let result = try await connection.execute(
      PostgresStatement("SELECT n, n::text AS name, NULL::uuid FROM generate_series(1, 1000) n", name: "rows")
    )
    #expect(result.affected == 1000 && result.columns == ["n", "name", "uuid"])
    #expect(try result.rows[999].int8(0) == 1000 && result.rows[999].text(1) == "1000")
    #expect(try result.rows[0].optionalUUID(2) == nil)
    #expect(throws: PostgresError.self) { try result.rows[0].uuid(2) }
    let error = try #require(throws: PostgresError.self) { try result.rows[0].bool(1) }
    #expect(error.code == .decoding)
  }

  @Test func uuidText() {
    #expect(Self.uuid.description == "01923456-789a-7bcd-8f01-23456789abcd")
    #expect(PostgresUUID("01923456-789A-7BCD-8f01-23456789abcd") == Self.uuid)
    for bad in ["", "01923456-789a-7bcd-8f01-23456789abc", "01923456789a7bcd8f0123456789abcd00000", "é"] {
      #expect(PostgresUUID(bad) == nil)
    }
    #expect(PostgresUUID(high: 1, low: .max) < PostgresUUID(high: 2, low: 0))
  }
}
