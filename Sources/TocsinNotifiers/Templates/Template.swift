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
