import NIOCore

/// What names a request in its answer (`X-Request-Id`), in problems and in logs: what the client sent, where that can be
/// taken over, else 16 hexadecimal digits.
struct RequestID: Sendable, Hashable, CustomStringConvertible {
  /// The header's name, in lower case.
  static let header = "x-request-id"

  private enum Source: Sendable, Hashable {
    case given(String)
    case made(UInt64)
  }

  private let source: Source

  /// What a client sent; nil where it cannot be taken over: it has 1 to 128 characters of those that ids, hashes and
  /// base64 have, so that it can stand in a header, in JSON and in a log as it is.
  init?(_ text: String) {
    guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy(RequestID.isAllowed) else { return nil }
    source = .given(text)
  }

  fileprivate init(number: UInt64) {
    source = .made(number)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~:/+=@".utf8.contains(byte)
    }
  }

  var description: String {
    switch source {
    case .given(let text): text
    case .made(let number):
      String(repeating: "0", count: number.leadingZeroBitCount / 4 - (number == 0 ? 1 : 0))
        + String(number, radix: 16)
    }
  }

  /// Appends it to a buffer.
  func write(to buffer: inout ByteBuffer) {
    switch source {
    case .given(let text): buffer.writeString(text)
    case .made(let number):
      var digits: (UInt64, UInt64) = (0, 0)
      withUnsafeMutableBytes(of: &digits) { bytes in
        for place in 0..<16 {
          let digit = UInt8(truncatingIfNeeded: number >> (60 - place * 4)) & 15
          bytes[place] = digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a")
        }
        _ = buffer.writeBytes(bytes)
      }
    }
  }
}

/// Makes the ids of a connection's requests (SplitMix64): they differ from those of other connections by chance.
struct RequestIDs {
  private var state: UInt64

  init(seed: UInt64 = .random(in: 0 ... .max)) {
    state = seed
  }

  mutating func next() -> RequestID {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return RequestID(number: mixed ^ (mixed >> 31))
  }
}
