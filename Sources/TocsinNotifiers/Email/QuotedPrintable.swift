/// Quoted-printable (RFC 2045, 6.7): text that stays readable in lines of at most 76 characters.
enum QuotedPrintable {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// The text with CRLF at the end of its lines, whatever ended them before.
  static func encode(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for line in text.inLines.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      append(line, to: &bytes)
      bytes += [13, 10]
    }
    if text.hasSuffix("\n") { bytes.removeLast(2) }
    return bytes
  }

  private static func append(_ line: Substring.UTF8View.SubSequence, to bytes: inout [UInt8]) {
    var column = 0
    for index in line.indices {
      let byte = line[index]
      let isLast = line.index(after: index) == line.endIndex
      let isPlain = (33...126).contains(byte) && byte != UInt8(ascii: "=") || (byte == 32 || byte == 9) && !isLast
      // One place is kept for the "=" of a soft line break.
      if column + (isPlain ? 1 : 3) > 75 {
        bytes += [UInt8(ascii: "="), 13, 10]
        column = 0
      }
      if isPlain {
        bytes.append(byte)
        column += 1
      } else {
        bytes += [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        column += 3
      }
    }
  }
}
