/// Where in a configuration something stands: `receivers[1].slack.url`, or a variable's name.
struct Place: Sendable, Hashable, CustomStringConvertible {
  let description: String

  /// The place of that key at the top level, or of that variable.
  init(_ key: String) {
    description = Place.shown(key)
  }

  private init(joining parts: String...) {
    description = parts.joined()
  }

  /// The top level.
  static let root = Place(joining: "")

  /// The member of that key.
  func member(_ key: String) -> Place {
    self == .root ? Place(key) : Place(joining: description, ".", Place.shown(key))
  }

  /// The element at that index, from 0.
  func element(_ index: Int) -> Place { Place(joining: description, "[\(index)]") }

  /// The line of that number, from 1, of the file that is named here.
  func line(_ number: Int) -> Place { Place(joining: description, " (line \(number) of the file)") }

  /// A key that looks like one. Any other may be a secret in a wrong place, such as `{https://…}` or `{password hunter}`.
  private static func shown(_ key: String) -> String {
    let isUsual =
      (1...40).contains(key.utf8.count)
      && key.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "_-.".utf8.contains(byte)
        }
      }
    return isUsual ? key : "(a key that is not shown)"
  }
}
