/// Settings that cannot be used, in sentences that say what to change. None of them shows a secret.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// All that is wrong, one sentence each, beginning with its place: `receivers[1].slack.url: …`
  package let problems: [String]
  /// Where it is wrong, if one thing is meant by all sentences: a file's path.
  package let source: String?

  /// An error of that sentence.
  package init(_ description: String) {
    self.init(source: nil, problems: [description])
  }

  /// An error of these sentences.
  package init(source: String?, problems: [String]) {
    self.source = source
    self.problems = problems
  }

  /// The sentence; where there are several, a line for each.
  package var description: String {
    let prefix = source.map { "\($0): " } ?? ""
    if problems.count == 1 { return prefix + problems[0] }
    return (["\(prefix)\(problems.count) things have to be changed:"] + problems.map { "  \($0)" })
      .joined(separator: "\n")
  }
}
