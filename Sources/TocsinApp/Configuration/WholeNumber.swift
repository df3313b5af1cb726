/// Whole numbers in every spelling that people and charts give them: `8000`, `8_000`, `8e3`, `8.0e+03`, `0x1f40`.
enum WholeNumber {
  /// Returns the number, or nil for a text that is none, or one that floating-point numbers may have changed before: a
  /// chart writes `9007199254740993` as `9.007199254740992e+15`.
  static func read(_ text: String) -> Int64? {
    var rest = text[...]
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest = rest.dropFirst() }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] where rest.hasPrefix(prefix) {
      let digits = rest.dropFirst(2)
      return digits.first?.isHexDigit == true ? Int64((isNegative ? "-" : "") + digits, radix: radix) : nil
    }
    guard let whole = digits(&rest), !whole.isEmpty else { return nil }
    var fraction: [UInt8] = []
    let hasPoint = rest.first == "."
    if hasPoint {
      rest = rest.dropFirst()
      guard let digits = digits(&rest) else { return nil }
      fraction = digits
    }
    guard rest.isEmpty || rest.first == "e" || rest.first == "E" else { return nil }
    guard let exponent = rest.isEmpty ? 0 : exponent(rest.dropFirst()) else { return nil }
    guard let number = value(whole + fraction, exponent - fraction.count, isNegative: isNegative) else { return nil }
    let isExact = !hasPoint && rest.isEmpty || number.magnitude <= 1 << 53
    return isExact ? number : nil
  }

  /// Takes digits from the beginning, with `_` between them; nil where one stands elsewhere.
  private static func digits(_ rest: inout Substring) -> [UInt8]? {
    let text = rest.utf8.prefix { (48...57).contains($0) || $0 == UInt8(ascii: "_") }
    rest = rest.dropFirst(text.count)
    guard text.first != UInt8(ascii: "_"), text.last != UInt8(ascii: "_") else { return nil }
    return text.filter { $0 != UInt8(ascii: "_") }.map { $0 - 48 }
  }

  /// No number that can be read has an exponent of more digits.
  private static func exponent(_ text: Substring) -> Int? {
    let digits = text.first == "+" || text.first == "-" ? text.dropFirst() : text
    guard (1...4).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text)
  }

  /// The digits times a power of ten; nil for a fraction, or too many digits.
  private static func value(_ digits: [UInt8], _ power: Int, isNegative: Bool) -> Int64? {
    var kept = digits.drop { $0 == 0 }
    guard !kept.isEmpty else { return 0 }
    if power < 0 {
      guard kept.count > -power, kept.suffix(-power).allSatisfy({ $0 == 0 }) else { return nil }
      kept = kept.dropLast(-power)
    }
    guard kept.count + max(0, power) <= 19 else { return nil }
    var total: Int64 = 0
    for digit in kept + [UInt8](repeating: 0, count: max(0, power)) {
      let (tens, isTooMuch) = total.multipliedReportingOverflow(by: 10)
      let (sum, overflows) = tens.subtractingReportingOverflow(Int64(digit))
      guard !isTooMuch, !overflows else { return nil }
      total = sum
    }
    if isNegative { return total }
    return total == .min ? nil : -total
  }
}
