extension JSON {
  /// Reads a whole JSON text (RFC 8259), strictly: no byte order mark, no trailing bytes, no repeated names, valid
  /// UTF-8 without U+0000, escaped or not, and only numbers that a double holds.
  /// - Parameter maximumDepth: how many arrays and objects may be open at once
  package init(parsing bytes: UnsafeRawBufferPointer, maximumDepth: Int = 64) throws(JSONError) {
    var reader = JSONReader(bytes, maximumDepth: maximumDepth)
    try reader.refuseByteOrderMark()
    self = try reader.value()
    try reader.end()
    if let offset = reader.nonFiniteOffset {
      throw JSONError(.number, offset: offset, reason: "the number is not finite, or too large for a double")
    }
  }

  /// Reads a whole JSON text.
  package init(parsing bytes: [UInt8], maximumDepth: Int = 64) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { (bytes) throws(JSONError) in
      try JSON(parsing: UnsafeRawBufferPointer(bytes), maximumDepth: maximumDepth)
    }
  }

  /// Reads a whole JSON text.
  package init(parsing text: String, maximumDepth: Int = 64) throws(JSONError) {
    self = try JSON(parsing: Array(text.utf8), maximumDepth: maximumDepth)
  }
}
