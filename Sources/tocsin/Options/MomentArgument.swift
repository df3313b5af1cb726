import ArgumentParser
import Foundation
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

  /// `90s`, `30m`, `2h`, `7d`; nil for anything else, and for more than a hundred years.
  private static func milliseconds(_ text: String) -> Int64? {
    let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count >= 0 else {
      return nil
    }
    let (length, overflow) = count.multipliedReportingOverflow(by: unit)
    return overflow || length > 36_500 * 86_400_000 ? nil : length
  }
}

extension Timestamp {
  /// This moment by the machine's clock.
  static var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}
