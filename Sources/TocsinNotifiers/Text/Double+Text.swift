extension Double {
  /// For people: `2` for 2.0, otherwise the shortest text that means the same number.
  var figure: String {
    let text = description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
