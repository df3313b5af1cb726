import NIOCore
import Testing

@testable import RedisClient

@Suite struct CommandWriterTests {
  private func wire(_ arguments: [RedisArgument]) -> String {
    var buffer = ByteBuffer()
    buffer.writeCommand(arguments)
    return String(buffer: buffer)
  }

  @Test func everyKindOfArgument() {
    #expect(
      wire(["SET", RedisArgument(ByteBuffer(string: "k\0y")), RedisArgument([0x61, 0x0D, 0x0A]), "ü"])
        == "*4\r\n$3\r\nSET\r\n$3\r\nk\0y\r\n$3\r\na\r\n\r\n$2\r\nü\r\n")
    #expect(wire([""]) == "*1\r\n$0\r\n\r\n")
  }

  @Test(arguments: [0, 9, 10, -1, -10, 99, 100, 123_456_789, Int64.max, Int64.min])
  func numbersInDecimal(number: Int64) {
    let text = "\(number)"
    #expect(wire([RedisArgument(number)]) == "*1\r\n$\(text.count)\r\n\(text)\r\n")
  }

  @Test func lengthsOfMoreThanOneDigit() {
    let text = String(repeating: "x", count: 1_000)
    #expect(wire(Array(repeating: RedisArgument(text), count: 12)).hasPrefix("*12\r\n$1000\r\nx"))
  }
}
