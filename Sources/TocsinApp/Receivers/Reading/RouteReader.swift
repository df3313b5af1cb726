import TocsinCore
import TocsinJSON

/// Reads `routes`.
enum RouteReader {
  /// A route with the places of its receivers' names.
  struct Read {
    var route: Route
    var receivers: [(place: Place, text: String)]
  }

  static func read(_ tree: ConfigurationTree?, in context: ReadingContext) -> [Read] {
    let place = Place("routes")
    switch tree {
    case nil, .null: return []
    case .list(let elements):
      if elements.count > ReceiverReader.limit { context.report(place, "are more than \(ReceiverReader.limit)") }
      return elements.prefix(ReceiverReader.limit).enumerated().compactMap { index, element in
        SectionReader(element, at: place.element(index), in: context).map { section in
          var section = section
          return route(&section)
        }
      }
    case let tree?:
      context.report(place, "must be a list of routes, not \(tree.kind)")
      return []
    }
  }

  private static func route(_ section: inout SectionReader) -> Read {
    var route = Route(receivers: [])
    let before = section.context.problemCount
    if var match = section.section("match") {
      conditions(&match, of: &route)
      match.finish()
    }
    let receivers = section.texts("receivers") ?? []
    section.require(
      section.tree("receivers") != nil, "receivers", "who gets what matches; an empty list is nobody")
    route.continues = section.flag("continue") ?? false
    route.receivers = receivers.map(\.text)
    if section.context.problemCount == before {
      var seen: Set<String> = []
      for (place, name) in receivers where !seen.insert(name).inserted {
        section.context.report(place, "stands there twice")
      }
    }
    section.finish()
    return Read(route: route, receivers: receivers)
  }

  private static func conditions(_ match: inout SectionReader, of route: inout Route) {
    route.severities = Set(words(&match, "severity"))
    route.alertTypes = Set(words(&match, "alert_type"))
    let context = match.context
    route.campaigns = values(&match, "campaign_id").compactMap { place, text in
      guard text.utf8.count <= 256 else {
        context.report(place, "must be at most 256 bytes; * and ? are wildcards")
        return nil
      }
      return Glob(text)
    }
    route.tenants = Set(values(&match, "tenant").map { Tenant(rawValue: $0.text) })
    if let metadata = match.tree("metadata") {
      guard case .mapping(let members) = metadata, !members.isEmpty else {
        context.report(match.place.member("metadata"), "must be a mapping of names and values, not \(metadata.kind)")
        return
      }
      route.metadata = metadata.json.object ?? [:]
    }
  }

  private static func words<Word: RawRepresentable & CaseIterable>(
    _ match: inout SectionReader, _ key: String
  ) -> [Word] where Word.RawValue == String {
    let context = match.context
    return values(&match, key).compactMap { place, text in
      let word = Word(rawValue: text)
      if word == nil {
        context.report(place, "must be one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return word
    }
  }

  /// The values of a condition. One that has none would match everything.
  private static func values(_ match: inout SectionReader, _ key: String) -> [(place: Place, text: String)] {
    guard let tree = match.tree(key) else { return [] }
    let place = match.place.member(key)
    if case .list(let elements) = tree {
      if elements.isEmpty { match.context.report(place, "is an empty list: leave it out to match everything") }
      if elements.count > limit { match.context.report(place, "are more than \(limit): use a pattern") }
    }
    return match.texts(tree, at: place, as: .exact)
  }

  /// The most values of a condition: each alert is held against each of them.
  private static let limit = 1000
}
