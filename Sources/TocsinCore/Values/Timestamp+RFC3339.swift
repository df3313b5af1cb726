extension Timestamp {
  /// Reads any RFC 3339 time, in UTC or with an offset: `2026-01-31T09:30:00Z`, `2026-01-31T10:30:00.5+01:00`. Digits
  /// beyond milliseconds are dropped. Returns nil for anything else.
  package init?(rfc3339 text: some StringProtocol) {
    let suffix = text.utf8.suffix(6)
    let bytes = Array(suffix)
    guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
      bytes[3] == UInt8(ascii: ":")
    else {
      self.init(text)
      return
    }
    func number(_ high: UInt8, _ low: UInt8) -> Int64? {
      guard (48...57).contains(high), (48...57).contains(low) else { return nil }
      return Int64(high - 48) * 10 + Int64(low - 48)
    }
    guard let hours = number(bytes[1], bytes[2]), let minutes = number(bytes[4], bytes[5]), hours < 24, minutes < 60,
      let local = Timestamp(String(text[..<suffix.startIndex]) + "Z")
    else { return nil }
    let offset = (hours * 60 + minutes) * 60_000
    self = local.advanced(by: bytes[0] == UInt8(ascii: "-") ? offset : -offset)
  }
}
