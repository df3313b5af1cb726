import Glibc
import Support

/// What is known of the server's clock, from answers that carried its time.
///
/// An answer tells that the server's clock was ahead of the local one by something between two bounds: the server read it
/// after the request was sent and before the reply came. The bounds of all answers are intersected, so one quick answer
/// makes the estimate good for long, and slow ones do not disturb it. An answer that contradicts them (the clock was
/// stepped, the clocks drifted apart, another server took over) starts anew with its own bounds.
struct ServerClock {
  /// A moment of the local monotonic clock, in microseconds; a step of the wall clock does not touch it.
  struct Local: Hashable {
    var microseconds: Int64

    /// This moment.
    static var now: Local {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return Local(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
  }

  /// By how many microseconds the server's clock is ahead, at least and at most; nil before the first answer.
  private(set) var lead: ClosedRange<Int64>?
  /// Before the first answer the local wall clock stands in.
  private let guess: Int64

  init(guess: Int64 = WallClock.microseconds - Local.now.microseconds) {
    self.guess = guess
  }

  /// Takes an answer into account.
  /// - Parameters:
  ///   - serverMilliseconds: the server's time, the microseconds cut off
  ///   - sent: not later than the server read its clock
  ///   - received: not earlier than the server read its clock
  ///
  /// A moment outside the years 1970 to 9999 is none: it is passed over.
  mutating func heard(serverMilliseconds: Int64, sent: Local, received: Local) {
    guard 0...253_402_300_799_999 ~= serverMilliseconds else { return }
    let server = serverMilliseconds * 1000
    let heard = (server - received.microseconds)...(server + 999 - min(sent, received))
    if let lead, lead.overlaps(heard) { self.lead = lead.clamped(to: heard) } else { lead = heard }
  }

  /// The server's time at that moment.
  func milliseconds(at local: Local) -> Int64 {
    let ahead = lead.map { $0.lowerBound + ($0.upperBound - $0.lowerBound) / 2 } ?? guess
    return (local.microseconds + ahead) / 1000
  }

  private func min(_ sent: Local, _ received: Local) -> Int64 {
    Swift.min(sent.microseconds, received.microseconds)
  }
}
