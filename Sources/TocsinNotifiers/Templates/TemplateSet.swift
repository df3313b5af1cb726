/// The templates of one target: its own files, the installation's, and the built-in ones behind them.
struct TemplateSet: Sendable {
  /// A file's template.
  struct Custom: Sendable {
    var file: String
    var template: Template
  }

  /// By name; what is not there is built in.
  var custom: [TemplateName: Custom] = [:]
  /// Where files that fail are reported.
  var problems = TemplateProblems()

  /// Renders a part. A file's template that fails, or makes a text that does not fit or is empty, is reported once and the
  /// built-in one takes its place.
  /// - Parameter check: what else is wrong with a text, or nil
  func render(
    _ name: TemplateName, of notice: Notice, escape: Escape = .none, limits: ValueLimits = ValueLimits(),
    check: (String) -> String? = { $0.trimmed.isEmpty ? "it makes an empty text" : nil }
  ) -> String {
    if let custom = custom[name] {
      do throws(TemplateFault) {
        let text = try custom.template.render(notice, escape: escape, limits: limits)
        guard let fault = check(text) else { return text }
        throw TemplateFault(fault)
      } catch {
        problems.report(TemplateProblem(file: custom.file, name: name, reason: error.reason))
      }
    }
    guard let builtIn = BuiltInTemplates.all[name] else { return "" }
    return (try? builtIn.render(notice, escape: escape, limits: limits)) ?? notice.headline.clipped(to: limits.short)
  }
}
