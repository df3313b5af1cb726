import TocsinCore

/// Reads a mapping key by key; whoever asked for all that it may have can say what else is in it.
struct SectionReader {
  /// Where the mapping stands.
  let place: Place
  let context: ReadingContext
  private let members: [ConfigurationTree.Member]
  private var known: [String] = []

  /// A reader of a mapping; nil, and a problem, for anything else.
  init?(_ tree: ConfigurationTree, at place: Place, in context: ReadingContext) {
    guard case .mapping(let members) = tree else {
      context.report(place, "must be a mapping, not \(tree.kind)")
      return nil
    }
    self.init(members, at: place, in: context)
  }

  /// A reader of these members.
  init(_ members: [ConfigurationTree.Member], at place: Place, in context: ReadingContext) {
    self.place = place
    self.context = context
    self.members = members
  }

  /// What stands at a key; nil where the key is absent.
  mutating func tree(_ key: String) -> ConfigurationTree? {
    if !known.contains(key) { known.append(key) }
    return members.first { $0.key == key }?.value
  }

  /// Everything, for mappings whose keys are free.
  var all: [(key: String, tree: ConfigurationTree)] { members.map { ($0.key, $0.value) } }

  /// The section at a key.
  mutating func section(_ key: String) -> SectionReader? {
    tree(key).flatMap { SectionReader($0, at: place.member(key), in: context) }
  }

  /// The sections at a key: a mapping, or a list of mappings.
  mutating func sections(_ key: String) -> [SectionReader] {
    let place = place.member(key)
    switch tree(key) {
    case nil: return []
    case .list(let elements):
      if elements.isEmpty { context.report(place, "is an empty list: leave it out") }
      return elements.enumerated().compactMap { SectionReader($1, at: place.element($0), in: context) }
    case let tree?: return SectionReader(tree, at: place, in: context).map { [$0] } ?? []
    }
  }

  /// Reports what is required and absent.
  func require(_ isThere: Bool, _ key: String, _ purpose: String) {
    if !isThere { context.report(place.member(key), "is missing: \(purpose)") }
  }

  /// Must come last: reports keys that nobody asked for.
  func finish() {
    let known = Set(known)
    for member in members where !known.contains(member.key) {
      context.report(place.member(member.key), "there is no such setting\(hint(member.key))")
    }
  }

  private func hint(_ key: String) -> String {
    let question = NearestName.question(key, among: known)
    return question.isEmpty ? "; here can be \(known.joined(separator: ", "))" : question
  }
}
