import NIOCore

extension ByteBuffer {
  /// Appends a command as RESP writes it: an array of bulk strings.
  mutating func writeCommand(_ arguments: [RedisArgument]) {
    // Room for the lengths and line ends at once; a bulk string's frame is at most 2 + 20 + 2 bytes, mostly 6.
    reserveCapacity(minimumWritableBytes: arguments.reduce(16) { $0 + $1.size + 8 })
    writeHeader(UInt8(ascii: "*"), arguments.count)
    for argument in arguments {
      writeHeader(UInt8(ascii: "$"), argument.size)
      switch argument.storage {
      case .string(let text): writeString(text)
      case .buffer(let buffer): writeImmutableBuffer(buffer)
      case .bytes(let bytes): writeBytes(bytes)
      case .integer(let number): writeDecimal(number)
      }
      writeInteger(lineEnd)
    }
  }

  private mutating func writeHeader(_ type: UInt8, _ count: Int) {
    writeInteger(type)
    writeDecimal(Int64(count))
    writeInteger(lineEnd)
  }

  private mutating func writeDecimal(_ number: Int64) {
    let count = number.decimalDigits
    writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
      var rest = number.magnitude
      var index = count
      repeat {
        index -= 1
        space[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
      if number < 0 { space[0] = UInt8(ascii: "-") }
      return count
    }
  }
}

/// CR LF as one big-endian integer.
private let lineEnd: UInt16 = 0x0D0A

extension RedisArgument {
  /// How many bytes the argument has on the wire, without its frame.
  fileprivate var size: Int {
    switch storage {
    case .string(let text): text.utf8.count
    case .buffer(let buffer): buffer.readableBytes
    case .bytes(let bytes): bytes.count
    case .integer(let number): number.decimalDigits
    }
  }
}

extension Int64 {
  /// How many characters the number has in decimal, its sign included.
  fileprivate var decimalDigits: Int {
    var rest = magnitude
    var count = self < 0 ? 2 : 1
    while rest >= 10 {
      rest /= 10
      count += 1
    }
    return count
  }
}
