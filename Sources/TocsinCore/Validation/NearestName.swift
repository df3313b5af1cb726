/// The known name that a mistyped one most likely stands for.
package enum NearestName {
  /// The longest name that is compared, in bytes; the cost grows with the product of both lengths.
  static let limit = 64

  /// Returns the name with the smallest edit distance, or nil if none is near enough to be meant: at most three
  /// edits and at most half of the name. Upper and lower case, `-` and `_` count as equal.
  package static func of(_ name: some StringProtocol, among names: some Sequence<String>) -> String? {
    guard !name.isEmpty, name.utf8.count <= limit else { return nil }
    let wanted = folded(name)
    var nearest: (name: String, distance: Int)?
    for candidate in names where candidate.utf8.count <= limit {
      let distance = distance(wanted, folded(candidate))
      if distance < nearest?.distance ?? .max { nearest = (candidate, distance) }
    }
    guard let nearest, nearest.distance <= 3, nearest.distance * 2 <= wanted.count else { return nil }
    return nearest.name
  }

  /// Returns up to so many names that are near enough to be meant, the nearest first.
  package static func all(_ name: String, among names: Set<String>, limit: Int = 3) -> [String] {
    var rest = names.sorted()
    var found: [String] = []
    while found.count < limit, let next = of(name, among: rest) {
      found.append(next)
      rest.removeAll { $0 == next }
    }
    return found
  }

  /// Returns `"; did you mean NAME?"`, or an empty text if no name is near.
  package static func question(_ name: some StringProtocol, among names: some Sequence<String>) -> String {
    of(name, among: names).map { "; did you mean \($0)?" } ?? ""
  }

  private static func folded(_ name: some StringProtocol) -> [Character] {
    name.lowercased().map { $0 == "-" ? "_" : $0 }
  }

  /// Returns how many insertions, deletions, replacements and swaps of neighbours lead from one name to the other
  /// (optimal string alignment).
  private static func distance(_ source: [Character], _ target: [Character]) -> Int {
    var beforeLast = [Int](repeating: 0, count: target.count + 1)
    var last = Array(0...target.count)
    for row in source.indices {
      var current = [row + 1]
      for column in target.indices {
        let isSame = source[row] == target[column]
        var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
        if row > 0, column > 0, source[row] == target[column - 1], source[row - 1] == target[column] {
          best = min(best, beforeLast[column - 1] + 1)
        }
        current.append(best)
      }
      (beforeLast, last) = (last, current)
    }
    return last[target.count]
  }
}
