package import NIOCore

/// One word of a command: any bytes, an embedded NUL included.
package struct RedisArgument: Sendable, Hashable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
  enum Storage: Sendable, Hashable {
    case string(String)
    case buffer(ByteBuffer)
    case bytes([UInt8])
    case integer(Int64)
  }

  let storage: Storage

  /// The text in UTF-8.
  package init(_ text: String) { storage = .string(text) }
  /// The readable bytes.
  package init(_ buffer: ByteBuffer) { storage = .buffer(buffer) }
  /// The bytes.
  package init(_ bytes: [UInt8]) { storage = .bytes(bytes) }
  /// The number in decimal.
  package init(_ number: Int) { storage = .integer(Int64(number)) }
  /// The number in decimal.
  package init(_ number: Int64) { storage = .integer(number) }
  /// The text in UTF-8.
  package init(stringLiteral text: String) { self.init(text) }
  /// The number in decimal.
  package init(integerLiteral number: Int64) { self.init(number) }
}
