extension JSONReader {
  /// Reads a number: an integer where it has neither fraction nor exponent and fits 64 bits, else a double.
  mutating func number() throws(JSONError) -> JSON {
    let start = offset
    let isNegative = bytes[offset] == UInt8(ascii: "-")
    if isNegative { offset += 1 }
    if isNegative, offset < bytes.count, bytes[offset] == UInt8(ascii: "I") {
      nonFiniteOffset = nonFiniteOffset ?? start
      try word("Infinity")
      return .number(-.infinity)
    }
    var digits = Digits()
    let first = offset
    readDigits(into: &digits)
    guard offset > first else { throw failure("a digit is expected here") }
    guard offset == first + 1 || bytes[first] != UInt8(ascii: "0") else {
      throw failure("a number must not begin with a zero", at: first)
    }
    var exponent = 0
    var isWhole = true
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      isWhole = false
      offset += 1
      let point = offset
      readDigits(into: &digits)
      guard offset > point else { throw failure("a digit is expected here") }
      exponent = point - offset
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      offset += 1
      exponent += try readExponent()
    }
    if isWhole, let integer = digits.integer(negative: isNegative) { return .integer(integer) }
    if let double = digits.double(exponent: exponent) { return .number(isNegative ? -double : double) }
    let range = UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
    let double = Double(String(decoding: range, as: UTF8.self)) ?? .infinity
    if !double.isFinite { nonFiniteOffset = nonFiniteOffset ?? start }
    return .number(double)
  }

  @inline(__always)
  private mutating func readDigits(into digits: inout Digits) {
    while offset < bytes.count {
      let digit = bytes[offset] &- UInt8(ascii: "0")
      guard digit < 10 else { return }
      digits.append(digit)
      offset += 1
    }
  }

  private mutating func readExponent() throws(JSONError) -> Int {
    var isNegative = false
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") || bytes[offset] == UInt8(ascii: "+") {
      isNegative = bytes[offset] == UInt8(ascii: "-")
      offset += 1
    }
    let first = offset
    var value = 0
    while offset < bytes.count {
      let digit = bytes[offset] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      // Beyond this nothing is exact, and the slow way reads the text itself.
      if value < 1_000_000 { value = value * 10 + Int(digit) }
      offset += 1
    }
    guard offset > first else { throw failure("a digit is expected here") }
    return isNegative ? -value : value
  }
}

/// The digits of a number without its point.
private struct Digits {
  /// Their value, while ``isExact``.
  var value: UInt64 = 0
  /// Whether they have fitted 64 bits so far.
  var isExact = true

  @inline(__always)
  mutating func append(_ digit: UInt8) {
    // 1,844,674,407,370,955,160 * 10 + 9 still fits.
    if value <= 1_844_674_407_370_955_160 {
      value = value &* 10 &+ UInt64(digit)
    } else {
      isExact = false
    }
  }

  func integer(negative: Bool) -> Int64? {
    guard isExact else { return nil }
    if value <= UInt64(Int64.max) { return negative ? -Int64(value) : Int64(value) }
    return negative && value == UInt64(Int64.max) + 1 ? Int64.min : nil
  }

  /// The double nearest to `value * 10^exponent`, where both factors are exact and one rounding is all there is.
  func double(exponent: Int) -> Double? {
    guard isExact, value <= 1 << 53 else { return nil }
    let whole = Double(value)
    switch exponent {
    case 0: return whole
    case 1...22: return whole * Digits.powersOfTen[exponent]
    case -22 ... -1: return whole / Digits.powersOfTen[-exponent]
    default: return nil
    }
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
    1e20, 1e21, 1e22,
  ]
}
