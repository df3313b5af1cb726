import NIOCore
import Testing

@testable import RedisClient

@Suite struct ReplyReaderTests {
  /// Everything that RESP2 has, and what it stands for.
  static let replies: [(wire: String, value: RedisValue)] = [
    ("+OK\r\n", .simple("OK")),
    ("+\r\n", .simple("")),
    ("-WRONGTYPE Operation\r\n", .error("WRONGTYPE Operation")),
    (":0\r\n", .integer(0)),
    (":-42\r\n", .integer(-42)),
    (":9223372036854775807\r\n", .integer(.max)),
    (":-9223372036854775808\r\n", .integer(.min)),
    ("$0\r\n\r\n", .bulk(ByteBuffer())),
    ("$-1\r\n", .null),
    ("$8\r\na\0b\r\n*1\n\r\n", .bulk(ByteBuffer(string: "a\0b\r\n*1\n"))),
    ("*-1\r\n", .null),
    ("*0\r\n", .array([])),
    ("*2\r\n*0\r\n*-1\r\n", .array([.array([]), .null])),
    (
      "*3\r\n*2\r\n:1\r\n$2\r\nhi\r\n-ERR in\r\n*1\r\n*1\r\n+x\r\n",
      .array([
        .array([.integer(1), .bulk(ByteBuffer(string: "hi"))]), .error("ERR in"), .array([.array([.simple("x")])]),
      ])
    ),
  ]

  private func read(_ chunks: [ByteBuffer]) throws -> [RedisValue] {
    var reader = ReplyReader()
    var values: [RedisValue] = []
    for chunk in chunks {
      try reader.read(chunk) { value in
        values.append(value)
        return true
      }
    }
    return values
  }

  private func nested(_ levels: Int) -> (wire: String, value: RedisValue) {
    var value = RedisValue.integer(7)
    for _ in 0..<levels { value = .array([.simple("a"), value]) }
    return (String(repeating: "*2\r\n+a\r\n", count: levels) + ":7\r\n", value)
  }

  @Test func everyReplyAtEverySplit() throws {
    var cases = Self.replies + [nested(1), nested(7), nested(8), nested(9), nested(40)]
    cases.append((cases.map(\.wire).joined(), .null))
    for (wire, value) in cases {
      let bytes = ByteBuffer(string: wire)
      let expected = wire == cases.last?.wire ? cases.dropLast().map(\.value) : [value]
      #expect(try read([bytes]) == expected)
      for split in 0...bytes.readableBytes {
        var rest = bytes
        let start = rest.readSlice(length: split) ?? ByteBuffer()
        #expect(try read([start, rest]) == expected, "split at \(split)")
      }
      let singly = bytes.readableBytesView.map { ByteBuffer(bytes: [$0]) }
      #expect(try read(singly) == expected)
    }
  }

  @Test func bytesThatAreNotText() throws {
    let all = ByteBuffer(bytes: Array(UInt8.min...UInt8.max))
    var wire = ByteBuffer(string: "$256\r\n")
    wire.writeImmutableBuffer(all)
    wire.writeString("\r\n")
    #expect(try read([wire]) == [.bulk(all)])
  }

  @Test func repliesLargerThanAnyPortion() throws {
    let large = ByteBuffer(repeating: 0x2A, count: 3_000_000)
    var wire = ByteBuffer(string: "*2\r\n$3000000\r\n")
    wire.writeImmutableBuffer(large)
    wire.writeString("\r\n:5\r\n")
    #expect(try read([wire, wire]) == Array(repeating: .array([.bulk(large), .integer(5)]), count: 2))
    let many = String(repeating: "*2\r\n:1\r\n*0\r\n", count: 20_000)
    #expect(try read([ByteBuffer(string: many)]).count == 20_000)
  }

  @Test func nestingUpToTheLimitAndNotBeyond() throws {
    let deepest = nested(ReplyReader.nestingLimit)
    #expect(try read([ByteBuffer(string: deepest.wire)]) == [deepest.value])
    let error = #expect(throws: RedisError.self) { try read([ByteBuffer(string: nested(513).wire)]) }
    #expect(error?.code == .unexpectedReply)
    #expect(error?.message == "a reply with more than 512 levels of arrays")
  }

  @Test(arguments: [
    "?\r\n", "%1\r\n+a\r\n+b\r\n", "_\r\n", "*x\r\n", "*-2\r\n", "*\r\n", "*1\n", "*2147483648\r\n", ":12a\r\n",
    "$-2\r\n",
    "*00000000000000000000000000000", "$4611686018427387904\r\n", "$9223372036854775807\r\n",
    "$9223372036854775808\r\n", "$68157441\r\n", "$536870912\r\n",
    "$18446744073709551615\r\n", "$-9223372036854775808\r\n",
    "$000000000000000000000000000000", "*9223372036854775807\r\n", "*9223372036854775808\r\n", "$x\r\n", "$\r\n",
    ":9223372036854775808\r\n", ":-9223372036854775809\r\n", "*1\r\n$4611686018427387904\r\n",
  ])
  func whatIsNotRESP2IsAnError(wire: String) {
    let error = #expect(throws: RedisError.self) { try read([ByteBuffer(string: wire)]) }
    #expect(error?.code == .unexpectedReply)
    #expect(error?.message.isEmpty == false)
  }

  @Test func aCountAloneTakesNoMemory() throws {
    #expect(try read([ByteBuffer(string: "*2147483647\r\n:1\r\n")]).isEmpty)
  }

  @Test func stopsWhenTold() throws {
    var reader = ReplyReader()
    var count = 0
    try reader.read(ByteBuffer(string: "+a\r\n+b\r\n")) { _ in
      count += 1
      return false
    }
    #expect(count == 1)
  }
}
