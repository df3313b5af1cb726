import ArgumentParser
import Support
import TocsinCore

/// A moment of `--since` and `--until`: `2h` ago, a day, or a time.
struct MomentArgument: ExpressibleByArgument, Sendable, Hashable {
  /// What the moment is counted from.
  enum Form: Sendable, Hashable {
    case milliseconds(ago: Int64)
    case at(Timestamp)
  }

  var form: Form

  init?(argument: String) {
    if let length = MomentArgument.milliseconds(argument) {
      form = .milliseconds(ago: length)
    } else if let time = Timestamp(argument) ?? Timestamp(argument + "T00:00:00Z") {
      form = .at(time)
    } else {
      return nil
    }
  }

  /// The moment.
  func timestamp(now: Timestamp) -> Timestamp {
    switch form {
    case .milliseconds(let length): now.advanced(by: -length)
    case .at(let time): time
    }
  }

  /// `90s`, `30m`, `2h`, `7d`, `1h30m`; nil for anything else, and for more than a hundred years.
  private static func milliseconds(_ text: String) -> Int64? {
    guard let length = DurationText.read(text), length <= .seconds(36_500 * 86_400) else { return nil }
    return length.milliseconds
  }
}

extension Timestamp {
  /// This moment by the machine's clock.
  static var now: Timestamp { Timestamp(milliseconds: WallClock.milliseconds) }
}
