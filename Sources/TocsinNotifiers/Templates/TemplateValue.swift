import Mustache

/// A text in a template's scope. It is escaped wherever it comes out, with two braces and with three: a template's author
/// cannot forget it. An empty one is false to a section.
struct TemplateValue: MustacheCustomRenderable, MustacheParent, MustacheTransformable, CustomReflectable {
  private let text: String
  private let escape: Escape
  private let budget: TemplateBudget

  init(_ text: String, _ escape: Escape, _ budget: TemplateBudget) {
    self.text = text
    self.escape = escape
    self.budget = budget
  }

  var renderText: String {
    let escaped = escape(text)
    return budget.take(escaped.utf8.count) ? escaped : ""
  }

  var isNull: Bool { text.isEmpty }

  func child(named: String) -> Any? { nil }

  /// `uppercased`, `lowercased`, `capitalized`, and `empty`.
  func transform(_ name: String) -> Any? {
    switch name {
    case "uppercased": TemplateValue(text.uppercased(), escape, budget)
    case "lowercased": TemplateValue(text.lowercased(), escape, budget)
    case "capitalized": TemplateValue(text.prefix(1).uppercased() + text.dropFirst(), escape, budget)
    case "empty": text.isEmpty
    default: nil
    }
  }

  var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// Names and their values: the scope of a template, or of one element of a list.
struct TemplateScope: MustacheCustomRenderable, MustacheParent, CustomReflectable {
  let values: [String: Any]

  var renderText: String { "" }
  var isNull: Bool { false }

  func child(named: String) -> Any? { values[named] }

  var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// A list that a section goes through; each element costs what the template could write for it.
struct TemplateList: MustacheSequence, IteratorProtocol {
  let elements: [TemplateScope]
  let costOfElement: Int
  let budget: TemplateBudget
  private var position = 0

  init(_ elements: [TemplateScope], costOfElement: Int, budget: TemplateBudget) {
    self.elements = elements
    self.costOfElement = costOfElement
    self.budget = budget
  }

  mutating func next() -> TemplateScope? {
    guard position < elements.count, budget.take(costOfElement) else { return nil }
    position += 1
    return elements[position - 1]
  }
}
