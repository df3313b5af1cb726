/// Reads and writes percent-encoded text (RFC 3986, 2.1).
package enum PercentCoding {
  /// The decoded text, or nil where a `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8.
  /// - Parameter plusIsSpace: whether `+` means a space, as in forms and query strings
  package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else { return nil }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// A path with everything encoded that cannot stand in a URI reference (RFC 3986, 4.1).
  package static func reference(_ path: String) -> String {
    encode(path, keeping: "-._~!$&'()*+,;=:@/#%")
  }

  /// The text with everything encoded but unreserved characters (RFC 3986, 2.3): right for one segment of a path, and for
  /// a name or value of a query.
  package static func encode(_ text: some StringProtocol) -> String {
    encode(text, keeping: "-._~")
  }

  private static func encode(_ text: some StringProtocol, keeping others: StaticString) -> String {
    let digits: StaticString = "0123456789ABCDEF"
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        bytes.append(byte)
      default:
        if others.withUTF8Buffer({ $0.contains(byte) }) {
          bytes.append(byte)
        } else {
          digits.withUTF8Buffer { bytes += [UInt8(ascii: "%"), $0[Int(byte >> 4)], $0[Int(byte & 15)]] }
        }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
