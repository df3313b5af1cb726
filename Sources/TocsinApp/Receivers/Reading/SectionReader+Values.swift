import Support
import TocsinCore
import TocsinJSON

extension SectionReader {
  /// The text at a key, not empty, with its variables replaced.
  mutating func text(_ key: String) -> String? {
    tree(key).flatMap { text($0, at: place.member(key)) }
  }

  /// The texts at a key: one, or a list of them. Nil where the key is absent.
  mutating func texts(_ key: String) -> [(place: Place, text: String)]? {
    tree(key).map { texts($0, at: place.member(key)) }
  }

  func texts(_ tree: ConfigurationTree, at place: Place, as kind: TextKind = .line) -> [(place: Place, text: String)] {
    guard case .list(let elements) = tree else { return text(tree, at: place, as: kind).map { [(place, $0)] } ?? [] }
    return elements.enumerated().compactMap { index, element in
      let place = place.element(index)
      return text(element, at: place, as: kind).map { (place, $0) }
    }
  }

  /// What is taken off a text, and what it may be.
  enum TextKind {
    /// A text of one line: white space around it is taken off.
    case line
    /// A secret: only line breaks at its end are taken off.
    case secret
    /// A pattern or a name of somebody else's: nothing is taken off.
    case exact
    /// A number, a truth value, a duration: white space is taken off, and YAML may take it for what it is.
    case word
  }

  func text(_ tree: ConfigurationTree, at place: Place, as kind: TextKind = .line) -> String? {
    switch tree {
    case .scalar(let raw, let isPlain):
      do throws(VariableText.Missing) {
        return text(
          try VariableText.expand(raw, context.variable), of: raw, isPlain: isPlain, at: place, as: kind)
      } catch {
        context.report(place, "the environment variable \(error.name) is not set")
      }
    case .null: context.report(place, "is empty: leave it out, or quote a text that begins with #")
    case .list, .mapping: context.report(place, "must be a text, not \(tree.kind)")
    }
    return nil
  }

  private func text(
    _ expanded: String, of raw: String, isPlain: Bool, at place: Place, as kind: TextKind
  ) -> String? {
    let text = kind == .exact ? expanded : SettingText.trimmed(expanded, isSecret: kind == .secret)
    if text.isEmpty {
      context.report(place, "is empty")
    } else if SettingText.hasControls(text) {
      context.report(place, "\(SettingText.Fault.control)")
    } else if isPlain, kind != .word, !YAMLScalar.isExact(raw) {
      context.report(place, YAMLScalar.quoteIt)
    } else if raw.hasPrefix("${"), raw.hasSuffix("}"), kind != .exact, SettingText.isQuoted(text) {
      context.report(place, "\(SettingText.Fault.quotes)")
    } else {
      return text
    }
    return nil
  }

  /// The text at a key that is a number, a truth value or a word.
  private mutating func word(_ key: String) -> String? {
    tree(key).flatMap { text($0, at: place.member(key), as: .word) }
  }

  /// The whole number at a key.
  mutating func integer(_ key: String, _ range: ClosedRange<Int>) -> Int? {
    guard let text = word(key) else { return nil }
    guard !text.hasOctalLook, let number = WholeNumber.read(text).flatMap({ Int(exactly: $0) }), range.contains(number)
    else {
      context.report(
        place.member(key), "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  /// The number at a key.
  mutating func number(_ key: String, _ range: ClosedRange<Double>) -> Double? {
    guard let text = word(key) else { return nil }
    guard let number = NumberText.read(text), range.contains(number) else {
      context.report(place.member(key), "must be a number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  /// The truth value at a key.
  mutating func flag(_ key: String) -> Bool? {
    guard let text = word(key) else { return nil }
    let flag = FlagText.read(text)
    if flag == nil { context.report(place.member(key), "must be \(FlagText.words)") }
    return flag
  }

  /// The duration at a key.
  mutating func duration(_ key: String, upTo limit: Duration) -> Duration? {
    guard let text = word(key) else { return nil }
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
    guard let text = word(key) else { return nil }
    let word = Word(rawValue: text)
    if word == nil {
      context.report(
        place.member(key), "must be one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return word
  }
}

/// Numbers as people write them.
enum NumberText {
  /// Nil for what is none.
  static func read(_ text: String) -> Double? {
    switch YAMLScalar.value(text) {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: WholeNumber.read(text).map { Double($0) }
    }
  }
}

/// Truth values as people write them.
enum FlagText {
  /// The spellings, for a sentence.
  static let words = "true or false (or yes, no, on, off, 1, 0)"

  /// Nil for what is none.
  static func read(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "1", "yes", "on": true
    case "false", "0", "no", "off": false
    default: nil
    }
  }
}
