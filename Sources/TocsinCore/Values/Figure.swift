/// How numbers are written for people: in messages, chats, mails and the command's output. JSON keeps them as they are.
///
/// A figure has few decimals, but never so few that it reads as 0 without being 0, and beside the number that it was
/// compared with never so few that both read alike. There is no exponent between 10^-15 and 10^21, and no `-0`.
package enum Figure {
  /// How many decimals a kind of figure has.
  struct Style: Sendable, Hashable {
    /// The decimals that are there even where they are zeros, and the most that a figure of 1 or more has by itself.
    var places: ClosedRange<Int>
    /// How many significant digits a figure below 1 has by itself.
    var significant: Int

    static let plain = Style(places: 0...2, significant: 3)
  }

  /// Returns a number by itself: `2`, `1.5`, `0.00051`.
  package static func text(_ value: Double) -> String { text(value, .plain, extra: 0) }

  /// Returns a number with all its digits, for what somebody has set: `100.125`.
  package static func exact(_ value: Double) -> String {
    let digits = DecimalDigits(value)
    guard value.isFinite, digits.isZero || plainPoints.contains(digits.point) else { return value.description }
    return digits.text(places: 0...DecimalDigits.longest)
  }

  /// Returns a value and the number that it is compared with. The texts differ if the numbers do.
  package static func texts(_ value: Double, _ threshold: Double) -> (value: String, threshold: String) {
    texts(value, threshold, .plain)
  }

  static func texts(_ value: Double, _ threshold: Double, _ style: Style) -> (value: String, threshold: String) {
    for extra in 0...maximumExtra {
      let texts = (text(value, style, extra: extra), text(threshold, style, extra: extra))
      if value == threshold || texts.0 != texts.1 { return texts }
    }
    return (value.description, threshold.description)
  }

  /// More digits than that no two numbers have that differ.
  private static let maximumExtra = 40
  /// Where the point may be for a figure without an exponent.
  private static let plainPoints = -14...21
  /// A figure of 1 or more has no more significant digits than that by itself, unless they stand before the point.
  private static let significantLimit = 5

  /// Returns a number with so many decimals more than it would have by itself.
  private static func text(_ value: Double, _ style: Style, extra: Int) -> String {
    guard value.isFinite else { return value.description }
    let digits = DecimalDigits(value)
    let point = digits.point
    if digits.isZero { return digits.text(places: style.places.lowerBound...style.places.lowerBound) }
    guard plainPoints.contains(point) else { return digits.scientific(significant: 4 + extra) }
    let ownPlaces =
      point > 0
      ? max(style.places.lowerBound, min(style.places.upperBound, significantLimit - point))
      : max(style.places.upperBound, style.significant - point)
    return digits.text(places: style.places.lowerBound...(ownPlaces + extra))
  }
}

/// The shortest decimal digits that mean a finite number, so that rounding sees what people would.
struct DecimalDigits: Sendable, Hashable {
  private let isNegative: Bool
  /// No double has more decimals than that.
  static let longest = 400
  /// 0 … 9; the first one is not 0.
  private let digits: [UInt8]
  /// How many of the digits stand before the point; below 0 there are zeros between them and the point.
  let point: Int

  init(_ value: Double) {
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    var rest = value.magnitude.description.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "."): point = digits.count
      case UInt8(ascii: "e"): exponent = Int(String(rest) ?? "") ?? 0
      case 48...57: digits.append(byte - 48)
      default: break
      }
      if byte == UInt8(ascii: "e") { break }
    }
    let zeros = digits.prefix { $0 == 0 }.count
    self.init(
      isNegative: value < 0, digits: Array(digits.dropFirst(zeros)), point: (point ?? digits.count) - zeros + exponent)
  }

  private init(isNegative: Bool, digits: [UInt8], point: Int) {
    var digits = digits
    while digits.last == 0 { digits.removeLast() }
    self.isNegative = isNegative && !digits.isEmpty
    self.digits = digits
    self.point = digits.isEmpty ? 0 : point
  }

  var isZero: Bool { digits.isEmpty }

  /// The number with so many decimals, half away from zero.
  private func rounded(to places: Int) -> DecimalDigits {
    let kept = point + places
    guard kept < digits.count else { return self }
    guard kept >= 0 else { return DecimalDigits(isNegative: false, digits: [], point: 0) }
    var rounded = Array(digits[..<kept])
    var point = point
    if digits[kept] >= 5 {
      while rounded.last == 9 { rounded.removeLast() }
      if rounded.isEmpty {
        rounded = [1]
        point += 1
      } else {
        rounded[rounded.count - 1] += 1
      }
    }
    return DecimalDigits(isNegative: isNegative, digits: rounded, point: point)
  }

  /// Returns the number with at least and at most so many decimals.
  func text(places: ClosedRange<Int>) -> String {
    let number = rounded(to: places.upperBound)
    let whole = number.digits.prefix(max(0, number.point))
    var text = number.isNegative ? "-" : ""
    text += whole.isEmpty ? "0" : DecimalDigits.text(whole)
    text += String(repeating: "0", count: max(0, number.point - number.digits.count))
    var fraction = number.isZero ? "" : String(repeating: "0", count: max(0, -number.point))
    fraction += DecimalDigits.text(number.digits.dropFirst(whole.count))
    fraction += String(repeating: "0", count: max(0, places.lowerBound - fraction.utf8.count))
    return fraction.isEmpty ? text : "\(text).\(fraction)"
  }

  /// Returns the number with an exponent: `1.5e300`.
  func scientific(significant: Int) -> String {
    let number = rounded(to: significant - point)
    let fraction = DecimalDigits.text(number.digits.dropFirst())
    let sign = number.isNegative ? "-" : ""
    let mantissa = DecimalDigits.text(number.digits.prefix(1)) + (fraction.isEmpty ? "" : "." + fraction)
    return "\(sign)\(mantissa)e\(number.point - 1)"
  }

  private static func text(_ digits: ArraySlice<UInt8>) -> String {
    String(decoding: digits.map { $0 + 48 }, as: UTF8.self)
  }
}
