import TocsinClient
import TocsinCore
import TocsinJSON

/// What has to be done so that the server has the rules of the files.
struct RulePlan: Sendable, Equatable {
  /// What happens to one rule.
  enum Step: Sendable, Equatable {
    case create(AlertRule)
    case replace(AlertRule, [FieldDifference])
    case keep(String)
    case delete(String)

    /// The rule's id.
    var ruleID: String {
      switch self {
      case .create(let rule), .replace(let rule, _): rule.ruleID
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

    /// What is said before it is done.
    var planned: String {
      switch self {
      case .create: "create"
      case .replace: "replace"
      case .keep: "unchanged"
      case .delete: "delete"
      }
    }

    /// What becomes different of a rule that is replaced.
    var differences: [FieldDifference] {
      if case .replace(_, let differences) = self { differences } else { [] }
    }
  }

  /// The words of ``Step/done``, in the order of a summary.
  static let words = ["created", "replaced", "unchanged", "deleted"]

  /// `to create` for `created`: what a summary says before it is done.
  static func plannedWord(_ word: String) -> String {
    switch word {
    case "created": "to create"
    case "replaced": "to replace"
    case "deleted": "to delete"
    default: word
    }
  }

  /// The steps: the files' rules in their order, then what is deleted, by id.
  let steps: [Step]

  /// The way from the server's rules to those of the files.
  /// - Parameter prune: whether rules that are not in the files go
  init(from current: [AlertRule], to wanted: [AlertRule], prune: Bool) {
    let known = Dictionary(current.map { ($0.ruleID, $0) }) { _, last in last }
    var steps: [Step] = wanted.map { rule in
      guard let old = known[rule.ruleID] else { return .create(rule) }
      let differences = FieldDifference.all(from: old.fields, to: rule.fields)
      return differences.isEmpty ? .keep(rule.ruleID) : .replace(rule, differences)
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

extension AlertRule {
  fileprivate var fields: JSONObject { requestBody.object ?? JSONObject([]) }
}
