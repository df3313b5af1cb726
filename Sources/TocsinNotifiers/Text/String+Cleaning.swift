extension String {
  /// The text on one line: each run of line breaks and control characters becomes a space. What would turn around the
  /// text that follows (Unicode's bidirectional overrides, embeddings, isolates) goes; text that runs from right to left
  /// needs none of it.
  var onOneLine: String { cleaned(keepsLines: false) }

  /// The text with its lines, ended by LF, and with the same care as ``onOneLine`` for everything else.
  var inLines: String { cleaned(keepsLines: true) }

  private func cleaned(keepsLines: Bool) -> String {
    var clean = String.UnicodeScalarView()
    var isAfterGap = false
    var isAfterCR = false
    for scalar in unicodeScalars {
      defer { isAfterCR = scalar == "\r" }
      switch scalar.value {
      case 0x202a...0x202e, 0x2066...0x2069, 0xfeff: continue
      case 0x0a where keepsLines && isAfterCR: continue
      case 0x0a where keepsLines, 0x0d where keepsLines, 0x85 where keepsLines, 0x2028 where keepsLines,
        0x2029 where keepsLines:
        clean.append("\n")
        isAfterGap = false
      case 0x00..<0x20, 0x7f..<0xa0, 0x2028, 0x2029:
        if !isAfterGap { clean.append(" ") }
        isAfterGap = true
      default:
        clean.append(scalar)
        isAfterGap = false
      }
    }
    return String(clean)
  }

  /// Without white space at either end.
  var trimmed: String {
    guard let start = firstIndex(where: { !$0.isWhitespace }), let end = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return String(self[start...end])
  }
}
