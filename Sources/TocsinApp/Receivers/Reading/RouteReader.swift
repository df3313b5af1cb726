import TocsinCore

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
      return elements.enumerated().compactMap { index, element in
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
    let before = section.context.problems.count
    if var match = section.section("match") {
      conditions(&match, of: &route)
      match.finish()
    }
    let receivers = section.texts("receivers") ?? []
    section.require(
      section.tree("receivers") != nil, "receivers", "who gets what matches; an empty list is nobody")
    route.continues = section.flag("continue") ?? false
    route.receivers = receivers.map(\.text)
    if section.context.problems.count == before {
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
      let hasControls = text.unicodeScalars.contains { $0.properties.generalCategory == .control }
      guard text.utf8.count <= 256, !hasControls else {
        context.report(place, "must be at most 256 bytes without control characters; * and ? are wildcards")
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
    if case .list([])? = match.tree(key) {
      match.context.report(match.place.member(key), "is an empty list: leave it out to match everything")
    }
    return match.texts(key) ?? []
  }
}
