/// Looks at a template before it is parsed, for what would make parsing or rendering expensive.
///
/// Partials and inheritance have no other files to refer to here, and other delimiters would hide tags from this look.
enum TemplateScanner {
  static let maximumBytes = 64 << 10
  static let maximumTags = 1000
  static let maximumDepth = 16
  static let maximumTagBytes = 200

  static func check(_ text: String) throws(TemplateFault) {
    guard text.utf8.count <= maximumBytes else { throw TemplateFault("it has more than \(maximumBytes) bytes") }
    guard !text.utf8.contains(0) else { throw TemplateFault("it has a NUL") }
    var rest = text.utf8[...]
    var tags = 0
    var depth = 0
    while let start = rest.firstIndex(of: UInt8(ascii: "{")) {
      rest = rest[start...].dropFirst()
      guard rest.first == UInt8(ascii: "{") else { continue }
      rest = rest.dropFirst()
      tags += 1
      guard tags <= maximumTags else { throw TemplateFault("it has more than \(maximumTags) tags") }
      let tag = rest.prefix { $0 != UInt8(ascii: "}") }
      switch tag.first {
      case UInt8(ascii: "!"): break
      case UInt8(ascii: "#"), UInt8(ascii: "^"): depth += 1
      case UInt8(ascii: "/"): depth -= 1
      case UInt8(ascii: ">"), UInt8(ascii: "<"), UInt8(ascii: "$"):
        throw TemplateFault("it uses partials or inheritance, which there are none of")
      case UInt8(ascii: "="): throw TemplateFault("it changes the delimiters, which is not supported")
      default: break
      }
      guard tag.first == UInt8(ascii: "!") || tag.count <= maximumTagBytes else {
        throw TemplateFault("it has a tag of more than \(maximumTagBytes) bytes")
      }
      guard depth <= maximumDepth else { throw TemplateFault("its sections are nested more than \(maximumDepth) deep") }
      rest = rest[tag.endIndex...]
    }
  }
}
