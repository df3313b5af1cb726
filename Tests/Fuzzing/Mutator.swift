/// Changes inputs as a fuzzer does: bytes that are flipped, taken out, repeated, spliced from other inputs, and numbers
/// that are replaced by extreme ones.
struct Mutator {
  /// What the inputs of one kind are made of beyond their own bytes.
  let dictionary: [[UInt8]]
  let sizeLimit: Int

  /// Numbers at the edges of types, in the spellings that formats have for them.
  static let extremes: [String] = [
    "0", "-0", "-1", "1e400", "-1e400", "1e-400", "4.9e-324", "1.7976931348623157e308", "nan", "inf", "-inf",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "18446744073709551615", "18446744073709551616", "4294967295", "4294967296", "2147483647", "2147483648",
    "999999999999999999999999999999", "00", "0x7f", "1_000", "-", "+1", "1.", ".5", "1e", "65535", "65536",
  ]

  /// Returns an input with one to six changes.
  func mutate(
    _ input: [UInt8], corpus: [[UInt8]], using generator: inout some RandomNumberGenerator
  ) -> [UInt8] {
    var bytes = input
    for _ in 0..<Int.random(in: 1...6, using: &generator) { change(&bytes, corpus, &generator) }
    return bytes.count > sizeLimit ? Array(bytes.prefix(sizeLimit)) : bytes
  }

  private func change(_ bytes: inout [UInt8], _ corpus: [[UInt8]], _ generator: inout some RandomNumberGenerator) {
    let place = Int.random(in: 0...bytes.count, using: &generator)
    switch Int.random(in: 0..<10, using: &generator) {
    case 0 where !bytes.isEmpty: bytes[min(place, bytes.count - 1)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1 where !bytes.isEmpty: bytes[min(place, bytes.count - 1)] = .random(in: 0 ... .max, using: &generator)
    case 2: bytes.insert(.random(in: 0 ... .max, using: &generator), at: place)
    case 3: bytes.removeSubrange(range(of: bytes, from: place, most: 16, &generator))
    case 4:
      let piece = Array(bytes[range(of: bytes, from: place, most: 64, &generator)])
      let times = Int.random(in: 1...8, using: &generator)
      for _ in 0..<times { bytes.insert(contentsOf: piece, at: place) }
    case 5: replaceNumber(&bytes, near: place, &generator)
    case 6: overwrite(&bytes, at: place, &generator)
    case 7:
      if let other = corpus.randomElement(using: &generator) {
        bytes = Array(bytes.prefix(place)) + other.suffix(Int.random(in: 0...other.count, using: &generator))
      }
    case 8: bytes.removeLast(bytes.count - place)
    default:
      if let word = dictionary.randomElement(using: &generator) { bytes.insert(contentsOf: word, at: place) }
    }
  }

  private func range(
    of bytes: [UInt8], from place: Int, most: Int, _ generator: inout some RandomNumberGenerator
  ) -> Range<Int> {
    place..<min(bytes.count, place + Int.random(in: 0...most, using: &generator))
  }

  /// Puts an extreme number in the place of the next one.
  private func replaceNumber(_ bytes: inout [UInt8], near place: Int, _ generator: inout some RandomNumberGenerator) {
    let isDigit = { (byte: UInt8) in UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
    guard let start = bytes[place...].firstIndex(where: isDigit) ?? bytes.firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    let number = Mutator.extremes.randomElement(using: &generator) ?? "0"
    bytes.replaceSubrange(start..<end, with: Array(number.utf8))
  }

  /// Writes a binary number of the edges over eight, four or two bytes.
  private func overwrite(_ bytes: inout [UInt8], at place: Int, _ generator: inout some RandomNumberGenerator) {
    let patterns: [UInt64] = [
      0, .max, 1 << 63, (1 << 63) - 1, Double.nan.bitPattern, Double.infinity.bitPattern, (-Double.infinity).bitPattern,
      Double.greatestFiniteMagnitude.bitPattern, (1e300).bitPattern, (-1.0).bitPattern, 0x7A7A_7A7A_7A7A_7A7A,
    ]
    let pattern = patterns.randomElement(using: &generator) ?? 0
    let width = [8, 8, 4, 2].randomElement(using: &generator) ?? 8
    for index in 0..<min(width, bytes.count - place) {
      bytes[place + index] = UInt8(truncatingIfNeeded: pattern >> UInt64(8 * index))
    }
  }
}
