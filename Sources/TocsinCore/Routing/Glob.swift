/// A pattern for names: `*` stands for any characters, `?` for one; everything else for itself.
package struct Glob: Sendable, Hashable, CustomStringConvertible {
  /// The pattern's text.
  package let description: String
  private let scalars: [Unicode.Scalar]

  /// The pattern of that text.
  package init(_ pattern: String) {
    description = pattern
    scalars = Array(pattern.unicodeScalars)
  }

  /// Whether a name matches as a whole. Takes time in proportion to the product of both lengths at most.
  package func matches(_ name: String) -> Bool {
    let name = Array(name.unicodeScalars)
    var inPattern = 0
    var inName = 0
    // Where the last star stands, and where in the name what it stands for ends.
    var star: (pattern: Int, name: Int)?
    while inName < name.count {
      if inPattern < scalars.count, scalars[inPattern] == "*" {
        star = (inPattern, inName)
        inPattern += 1
      } else if inPattern < scalars.count, scalars[inPattern] == "?" || scalars[inPattern] == name[inName] {
        inPattern += 1
        inName += 1
      } else if let last = star {
        star = (last.pattern, last.name + 1)
        inPattern = last.pattern + 1
        inName = last.name + 1
      } else {
        return false
      }
    }
    return scalars[inPattern...].allSatisfy { $0 == "*" }
  }
}
