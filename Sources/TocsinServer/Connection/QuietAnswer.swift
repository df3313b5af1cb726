import NIOCore
import Synchronization

/// The answer to a check that fires nothing: always the same but for its date, so it is encoded once a second.
final class QuietAnswer: Sendable {
  /// The encoded answer of one second.
  struct Second: Sendable {
    var second: Int
    var date: String
    var bytes: ByteBuffer
  }

  private let answer = Answer(
    body: ByteBuffer(staticString: #"{"alerts_triggered":0,"alerts":[],"persisted":true}"#))
  private let current: Mutex<Second>

  init() {
    current = Mutex(Second(second: 0, date: "", bytes: ByteBuffer()))
  }

  /// What to send in that second to a client whose connection persists. Connections keep it for that second.
  func bytes(at second: Int) -> Second {
    current.withLock { current in
      if current.second != second {
        let date = HTTPDate.text(second)
        current = Second(second: second, date: date, bytes: answer.encoded(.persistent, date: date))
      }
      return current
    }
  }

  /// The same for a connection that does not simply persist, or for a page.
  /// - Parameter origin: the origin of a page that may read it
  func encoded(_ persistence: RequestSequence.Persistence, date: String, origin: String? = nil) -> ByteBuffer {
    var answer = answer
    if let origin { answer.allow(origin: origin) }
    return answer.encoded(persistence, date: date)
  }
}
