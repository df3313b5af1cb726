package import NIOCore

/// A reply of RESP2, of any type and nesting.
package enum RedisValue: Sendable, Hashable {
  /// The null bulk string or the null array.
  case null
  /// A status such as `OK`.
  case simple(String)
  /// An error reply; the text begins with the error's word, e.g. `WRONGTYPE`.
  case error(String)
  /// A 64-bit integer.
  case integer(Int64)
  /// A string of any bytes.
  case bulk(ByteBuffer)
  /// Several replies.
  case array([RedisValue])
}

extension RedisValue {
  /// The text of a status, or of a bulk string read as UTF-8 (broken sequences are repaired); else `nil`.
  package var string: String? {
    switch self {
    case .simple(let text): text
    case .bulk(let buffer): String(buffer: buffer)
    case .null, .error, .integer, .array: nil
    }
  }

  /// The number of an integer, or of a bulk string or status that is one in decimal; else `nil`.
  package var int: Int? {
    switch self {
    case .integer(let number): Int(number)
    case .bulk(let buffer): Int(String(buffer: buffer))
    case .simple(let text): Int(text)
    case .null, .error, .array: nil
    }
  }

  /// The elements of an array; else `nil`.
  package var array: [RedisValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The bytes of a bulk string or a status; else `nil`.
  package var bytes: ByteBuffer? {
    switch self {
    case .bulk(let buffer): buffer
    case .simple(let text): ByteBuffer(string: text)
    case .null, .error, .integer, .array: nil
    }
  }

  /// Whether this is the null reply.
  package var isNull: Bool { self == .null }

  /// What an error reply stands for; else `nil`.
  package var failure: RedisError? {
    if case .error(let text) = self { RedisError(reply: text) } else { nil }
  }
}

extension RedisValue: CustomStringConvertible {
  /// The value as `redis-cli` might show it, on one line; for logs and test failures.
  package var description: String {
    switch self {
    case .null: "null"
    case .simple(let text): text
    case .error(let text): "(error) \(text)"
    case .integer(let number): "\(number)"
    case .bulk(let buffer): "\"\(String(buffer: buffer))\""
    case .array(let elements): "[\(elements.map(\.description).joined(separator: ", "))]"
    }
  }
}
