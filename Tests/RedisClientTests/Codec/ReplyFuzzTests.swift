import Fuzzing
import NIOCore
import Testing

@testable import RedisClient

@Suite("Replies of a server that is out of its mind")
struct ReplyFuzzTests {
  @Test("Any bytes are replies or an error, the same ones wherever the stream is cut")
  func replies() throws {
    let corpus = [
      "+OK\r\n", "-ERR unknown\r\n", ":1000\r\n", ":-9223372036854775808\r\n", "$5\r\nhello\r\n", "$-1\r\n", "*0\r\n",
      "*-1\r\n", "*3\r\n:1\r\n*2\r\n$1\r\na\r\n$-1\r\n+x\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:7\r\n",
      "$0\r\n\r\n*2\r\n$7\r\nmessage\r\n$3\r\n\u{0}\u{1}\u{2}\r\n",
    ]
    let words = ["*", "$", ":", "\r\n", "*1\r\n", "$-1\r\n", "*2147483647\r\n", "$4611686018427387904\r\n", "-", "+"]
    try Fuzzer("resp", corpus: corpus, dictionary: words, iterations: 10_000).run { input, generator in
      let whole = Self.read([input])
      let cut = Int.random(in: 0...input.count, using: &generator)
      let parts = Self.read([Array(input[..<cut]), Array(input[cut...])])
      try #require(whole == parts)
    }
  }

  /// The replies, as text, up to the first error.
  private static func read(_ pieces: [[UInt8]]) -> [String] {
    var reader = ReplyReader()
    var replies: [String] = []
    do {
      for piece in pieces {
        try reader.read(ByteBuffer(bytes: piece)) { reply in
          replies.append("\(reply)")
          return true
        }
      }
    } catch {
      replies.append("error")
    }
    return replies
  }
}
