import Yams

extension YAML {
  /// Returns the documents of a text; a text of comments only has none.
  /// - Throws: ``Failure`` for a text that is not YAML, uses tags of its own, or is over a limit
  package static func documents(_ text: String, limits: Limits) throws(Failure) -> [Node] {
    guard text.utf8.count <= limits.bytes else { throw Failure("it is larger than \(limits.bytes >> 20) MiB") }
    let mask = try AliasMask(text)
    do {
      let parser = try Parser(yaml: mask.masked, resolver: .basic)
      // Nodes know their anchors only as long as the parser lives.
      return try withExtendedLifetime(parser) {
        var documents: [Node] = []
        var composer = YAMLComposer(limits: limits, mask: mask)
        while let root = try parser.nextRoot() { documents.append(try composer.document(root)) }
        return documents
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(error, mask)
    }
  }
}

extension YAML.Failure {
  /// What Yams found wrong, without the text around the place.
  fileprivate init(_ error: any Error, _ mask: AliasMask) {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init("line \(mark.line), column \(mark.column): \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      self.init(duplicates: keys.map(mask.restored).sorted(), line: context.mark.line)
    case .reader(let problem, _, _, _): self.init(problem)
    default: self.init("it is not YAML")
    }
  }

  init(duplicates keys: [String], line: Int) {
    self.init("line \(line): the mapping that begins there has a key twice", keys: keys)
  }
}

/// Hides aliases from Yams, which would compare keys with all that hangs below their aliases: forever, if that is
/// billions of values. Every asterisk is replaced by a character that the text does not have and that means nothing in
/// YAML, so that `*name` is read as a plain scalar; in all other texts the asterisk comes back.
struct AliasMask {
  /// The text for Yams.
  let masked: String
  private let mark: Unicode.Scalar?

  private static let asterisk: Unicode.Scalar = "*"

  init(_ text: String) throws(YAML.Failure) {
    guard text.utf8.contains(UInt8(ascii: "*")) else {
      masked = text
      mark = nil
      return
    }
    // A private use area of Unicode (chapter 23.5).
    let area = UInt32(0xE000)...0xF8FF
    let used = Set(text.unicodeScalars.lazy.map(\.value).filter(area.contains))
    guard let free = area.first(where: { !used.contains($0) }), let mark = Unicode.Scalar(free) else {
      throw YAML.Failure("it has too many characters for private use")
    }
    self.mark = mark
    masked = AliasMask.replacing(AliasMask.asterisk, by: mark, in: text)
  }

  /// A text of Yams as it was before.
  func restored(_ text: String) -> String {
    guard let mark, text.unicodeScalars.contains(mark) else { return text }
    return AliasMask.replacing(mark, by: AliasMask.asterisk, in: text)
  }

  /// What follows the asterisk that a text begins with; nil where it begins with another character.
  func afterAsterisk(_ text: String) -> String? {
    guard let mark, text.unicodeScalars.first == mark else { return nil }
    return String(text.unicodeScalars.dropFirst())
  }

  private static func replacing(_ old: Unicode.Scalar, by new: Unicode.Scalar, in text: String) -> String {
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: text.unicodeScalars.lazy.map { $0 == old ? new : $0 })
    return String(scalars)
  }
}
