import Mustache

/// A template that can be rendered.
struct Template: Sendable {
  /// What one rendering may make.
  static let maximumOutput = 512 << 10

  private let mustache: MustacheTemplate
  private let size: Int

  /// Reads a template.
  init(_ text: String) throws(TemplateFault) {
    try TemplateScanner.check(text)
    do {
      // Values escape themselves; the library's own escaping would do it again.
      mustache = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + text)
    } catch let error as MustacheTemplate.ParserError {
      throw TemplateFault("line \(error.context.lineNumber): \(error.error)")
    } catch {
      throw TemplateFault("\(error)")
    }
    size = max(1, text.utf8.count)
  }

  /// The text that it makes of a notice.
  func render(_ notice: Notice, escape: Escape, limits: ValueLimits) throws(TemplateFault) -> String {
    let budget = TemplateBudget(Template.maximumOutput - size)
    let scope = notice.scope(escape: escape, limits: limits, costOfElement: size, budget: budget)
    let text = mustache.render(scope)
    guard !budget.isExceeded, text.utf8.count <= Template.maximumOutput else {
      throw TemplateFault("it makes more than \(Template.maximumOutput) bytes")
    }
    return text
  }
}

/// Why a template is not used.
struct TemplateFault: Error, Sendable, Hashable {
  /// One sentence.
  var reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}

/// What one rendering may cost. It counts the bytes of values and of repeated sections, so that a template which nests
/// lists ends soon, whatever it would have grown to.
final class TemplateBudget {
  private(set) var isExceeded = false
  private var left: Int

  init(_ bytes: Int) {
    left = bytes
  }

  /// Takes so many bytes.
  /// - Returns: false when there are not so many left, or were not before
  func take(_ bytes: Int) -> Bool {
    left -= bytes
    if left < 0 { isExceeded = true }
    return !isExceeded
  }
}

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
