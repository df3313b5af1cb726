/// A release's number, `0.1.0`; what follows a `-` or `+` does not count.
struct Release: Comparable {
  private let parts: [Int]

  /// Reads numbers with dots between them; nil for anything else.
  init?(_ text: String) {
    let core = text.prefix { $0 != "-" && $0 != "+" }
    let parts = core.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard !parts.isEmpty, !parts.contains(where: { $0 == nil || $0! < 0 }) else { return nil }
    self.parts = parts.compactMap(\.self)
  }

  static func < (left: Release, right: Release) -> Bool {
    let count = max(left.parts.count, right.parts.count)
    return left.padded(to: count).lexicographicallyPrecedes(right.padded(to: count))
  }

  static func == (left: Release, right: Release) -> Bool { !(left < right) && !(right < left) }

  private func padded(to count: Int) -> [Int] {
    parts + Array(repeating: 0, count: count - parts.count)
  }
}
