/// Texts in which `${NAME}` stands for an environment variable.
enum VariableText {
  /// What follows where a variable is not there.
  struct Missing: Error, Hashable {
    var name: String
  }

  /// The text with the variables' values in it. `$${NAME}` becomes `${NAME}`; every other `$` stays, and so does what
  /// stands in values.
  static func expand(_ text: String, _ variable: (String) -> String?) throws(Missing) -> String {
    guard text.contains("${") else { return text }
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[dollar...]
      let isEscaped = rest.hasPrefix("$${")
      guard let name = name(in: rest.dropFirst(isEscaped ? 1 : 0)) else {
        result += "$"
        rest = rest.dropFirst()
        continue
      }
      rest = rest.dropFirst(name.count + (isEscaped ? 4 : 3))
      if isEscaped {
        result += "${\(name)}"
      } else {
        guard let value = variable(name) else { throw Missing(name: name) }
        result += value
      }
    }
    return result + rest
  }

  /// The name of a text that begins with `${NAME}`.
  private static func name(in text: Substring) -> String? {
    guard text.hasPrefix("${") else { return nil }
    // Not one character further than the name: a text of thousands of `${` would be looked through from each of them.
    let name = text.dropFirst(2).prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
    guard let first = name.first, !first.isNumber, text[name.endIndex...].first == "}" else { return nil }
    return String(name)
  }
}
