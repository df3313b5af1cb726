import TocsinClient
import TocsinCore

/// What has to be done so that the server has the rules of the files.
struct RulePlan: Sendable, Equatable {
  /// What happens to one rule.
  enum Step: Sendable, Equatable {
    case create(AlertRule)
    case replace(AlertRule)
    case keep(String)
    case delete(String)

    /// The rule's id.
    var ruleID: String {
      switch self {
      case .create(let rule), .replace(let rule): rule.ruleID
      case .keep(let id), .delete(let id): id
      }
    }

    /// What is said once it is done.
    var done: String {
      switch self {
      case .create: "created"
      case .replace: "replaced"
      case .keep: "unchanged"
      case .delete: "deleted"
      }
    }
  }

  /// The words of ``Step/done``, in the order of a summary.
  static let words = ["created", "replaced", "unchanged", "deleted"]

  /// The steps: the files' rules in their order, then what is deleted, by id.
  let steps: [Step]

  /// The way from the server's rules to those of the files.
  /// - Parameter prune: whether rules that are not in the files go
  init(from current: [AlertRule], to wanted: [AlertRule], prune: Bool) {
    let known = Dictionary(current.map { ($0.ruleID, $0) }) { _, last in last }
    var steps: [Step] = wanted.map { rule in
      guard let old = known[rule.ruleID] else { return .create(rule) }
      return old.requestBody.isSame(as: rule.requestBody) ? .keep(rule.ruleID) : .replace(rule)
    }
    if prune {
      let kept = Set(wanted.map(\.ruleID))
      steps += known.keys.filter { !kept.contains($0) }.sorted().map { .delete($0) }
    }
    self.steps = steps
  }

  /// The ids of the rules that go.
  var deleted: [String] {
    steps.compactMap { if case .delete(let id) = $0 { id } else { nil } }
  }
}
