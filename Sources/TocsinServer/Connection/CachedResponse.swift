import NIOCore
import Synchronization

/// The answer to a check that fires nothing: always the same but for its date and the request's id, so the rest is encoded
/// once a second.
final class CachedResponse: Sendable {
  /// The encoded answer of one second.
  struct Second: Sendable {
    var second: Int
    var date: String
    /// What stands before the request's id.
    var start: ByteBuffer
    /// What stands behind it.
    var end: ByteBuffer

    /// The whole answer to a request.
    func bytes(for id: RequestID) -> ByteBuffer {
      var bytes = ByteBuffer()
      bytes.reserveCapacity(start.readableBytes + 16 + end.readableBytes)
      bytes.writeImmutableBuffer(start)
      id.write(to: &bytes)
      bytes.writeImmutableBuffer(end)
      return bytes
    }
  }

  private static let separator = "\r\n\(RequestID.header): "
  private let answer = HTTPAnswer(
    body: ByteBuffer(staticString: #"{"alerts_triggered":0,"alerts":[],"persisted":true}"#))
  private let current: Mutex<Second>

  init() {
    current = Mutex(Second(second: 0, date: "", start: ByteBuffer(), end: ByteBuffer()))
  }

  /// What to send in that second to a client whose connection persists. Connections keep it for that second.
  func bytes(at second: Int) -> Second {
    current.withLock { current in
      if current.second != second {
        let date = HTTPDate.text(second)
        var head = answer
        head.announcedLength = answer.body.readableBytes
        head.body = ByteBuffer()
        var start = head.encoded(.persistent, date: date, id: nil)
        // The empty line belongs behind the id.
        start.moveWriterIndex(to: start.writerIndex - 4)
        start.writeString(CachedResponse.separator)
        var end = ByteBuffer(staticString: "\r\n\r\n")
        end.writeImmutableBuffer(answer.body)
        current = Second(second: second, date: date, start: start, end: end)
      }
      return current
    }
  }

  /// The same for a connection that does not simply persist, or for a page.
  /// - Parameter origin: the origin of a page that may read it
  func encoded(
    _ persistence: HTTPConnectionStateMachine.Persistence, date: String, id: RequestID, origin: String? = nil
  ) -> ByteBuffer {
    var answer = answer
    if let origin { answer.allow(origin: origin) }
    return answer.encoded(persistence, date: date, id: id)
  }
}
