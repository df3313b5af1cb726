extension SectionReader {
  /// The text at a key, not empty, with its variables replaced.
  mutating func text(_ key: String) -> String? {
    tree(key).flatMap { text($0, at: place.member(key)) }
  }

  /// The texts at a key: one, or a list of them. Nil where the key is absent.
  mutating func texts(_ key: String) -> [(place: Place, text: String)]? {
    tree(key).map { texts($0, at: place.member(key)) }
  }

  func texts(_ tree: ConfigurationTree, at place: Place) -> [(place: Place, text: String)] {
    guard case .list(let elements) = tree else { return text(tree, at: place).map { [(place, $0)] } ?? [] }
    return elements.enumerated().compactMap { index, element in
      let place = place.element(index)
      return text(element, at: place).map { (place, $0) }
    }
  }

  func text(_ tree: ConfigurationTree, at place: Place) -> String? {
    switch tree {
    case .scalar(let text, _):
      do {
        let text = try VariableText.expand(text, context.variable)
        if text.isEmpty { context.report(place, "is empty") }
        if text.utf8.contains(0) { context.report(place, "has a NUL character") }
        return text.isEmpty || text.utf8.contains(0) ? nil : text
      } catch {
        context.report(place, "the environment variable \(error.name) is not set")
      }
    case .null: context.report(place, "is empty: leave it out, or quote a text that begins with #")
    case .list, .mapping: context.report(place, "must be a text, not \(tree.kind)")
    }
    return nil
  }

  /// The whole number at a key.
  mutating func integer(_ key: String, _ range: ClosedRange<Int>) -> Int? {
    guard let text = text(key) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      context.report(
        place.member(key), "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  /// The number at a key.
  mutating func number(_ key: String, _ range: ClosedRange<Double>) -> Double? {
    guard let text = text(key) else { return nil }
    guard let number = Double(text), range.contains(number) else {
      context.report(place.member(key), "must be a number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  /// The truth value at a key.
  mutating func flag(_ key: String) -> Bool? {
    guard let text = text(key) else { return nil }
    let flag = FlagText.read(text)
    if flag == nil { context.report(place.member(key), "must be true or false") }
    return flag
  }

  /// The duration at a key.
  mutating func duration(_ key: String, upTo limit: Duration) -> Duration? {
    guard let text = text(key) else { return nil }
    guard let duration = DurationText.read(text), duration > .zero, duration <= limit else {
      context.report(
        place.member(key),
        "must be a duration with a unit, such as 30s, 5m or 2h, and at most \(DurationText.text(limit))")
      return nil
    }
    return duration
  }

  /// One of a few words.
  mutating func word<Word: RawRepresentable & CaseIterable>(_ key: String, _: Word.Type) -> Word?
  where Word.RawValue == String {
    guard let text = text(key) else { return nil }
    let word = Word(rawValue: text)
    if word == nil {
      context.report(
        place.member(key), "must be one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return word
  }
}

/// Truth values as people write them.
enum FlagText {
  /// Nil for what is none.
  static func read(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "1", "yes", "on": true
    case "false", "0", "no", "off": false
    default: nil
    }
  }
}
