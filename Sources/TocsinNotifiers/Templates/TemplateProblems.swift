import Logging
import Synchronization

/// The template files that are not used, each reported once.
final class TemplateProblems: Sendable {
  private let logger: Logger?
  /// What an earlier configuration has reported already.
  private let earlier: Set<TemplateProblem>
  private let known = Mutex<[TemplateProblem]>([])

  init(logger: Logger? = nil, known: [TemplateProblem] = []) {
    self.logger = logger
    earlier = Set(known)
  }

  /// All that are known, in the order in which they were found.
  var all: [TemplateProblem] { known.withLock { $0 } }

  /// Keeps a problem, and logs it if it is new.

  func report(_ problem: TemplateProblem) {
    let isNew = known.withLock { known in
      let isNew = !known.contains { $0.file == problem.file && $0.name == problem.name }
      if isNew { known.append(problem) }
      return isNew
    }
    guard isNew, !earlier.contains(problem) else { return }
    logger?.warning(
      "a template file is not used, the built-in template takes its place",
      metadata: ["file": "\(problem.file)", "template": "\(problem.name)", "reason": "\(problem.reason)"])
  }
}
