import TocsinCore
import TocsinNotifiers

/// A receiver as it was read, with what routing needs of it.
struct ReadReceiver: Sendable {
  var settings: ReceiverSettings
  var place: Place
  var fallbacks: [(place: Place, text: String)] = []
  var fallbackAfter: Duration?
  var concurrency: Int = 32

  /// For the routing table.
  var routing: RoutingTable.Receiver {
    RoutingTable.Receiver(
      targets: settings.targets, fallbacks: fallbacks.map(\.text), fallbackAfter: fallbackAfter,
      concurrency: concurrency)
  }
}

/// Reads `receivers`.
enum ReceiverReader {
  /// The most receivers and the most routes of a file: each alert is held against each route.
  static let limit = 1000

  /// The receivers; nil for those without a usable name.
  static func read(_ tree: ConfigurationTree?, in context: ReadingContext) -> [ReadReceiver?] {
    let place = Place("receivers")
    switch tree {
    case nil, .null: return []
    case .list(let elements):
      if elements.count > limit { context.report(place, "are more than \(limit)") }
      return elements.prefix(limit).enumerated().map { index, element in
        SectionReader(element, at: place.element(index), in: context).flatMap { section in
          var section = section
          return receiver(&section)
        }
      }
    case let tree?:
      context.report(place, "must be a list of receivers, each with a name and channels, not \(tree.kind)")
      return [nil]
    }
  }

  /// The receiver of a section; nil without a usable name.
  private static func receiver(_ section: inout SectionReader) -> ReadReceiver? {
    let context = section.context
    let name = name(&section)
    let fallbacks = section.texts("fallback") ?? []
    let after = section.duration("fallback_after", upTo: .seconds(30 * 86_400))
    if after != nil, fallbacks.isEmpty {
      context.report(section.place.member("fallback_after"), "needs receivers in fallback")
    }
    let concurrency = section.integer("concurrency", 1...1000)
    let before = context.problemCount
    var channels: [ChannelSettings] = []
    var count = 0
    for reader in ChannelReader.all {
      let sections = section.sections(reader.channel.rawValue)
      count += sections.count
      for var section in sections {
        if let settings = reader.settings(&section) { channels.append(settings) }
      }
    }
    let names = ChannelReader.all.map(\.channel.rawValue).joined(separator: ", ")
    if count == 0, context.problemCount == before {
      context.report(section.place, "has no channel: add one of \(names)")
    }
    section.finish()
    return name.map {
      ReadReceiver(
        settings: ReceiverSettings(name: $0, channels: channels), place: section.place, fallbacks: fallbacks,
        fallbackAfter: after, concurrency: concurrency ?? 32)
    }
  }

  private static func name(_ section: inout SectionReader) -> String? {
    guard section.tree("name") != nil else {
      section.require(false, "name", "what routes call the receiver")
      return nil
    }
    guard let name = section.text("name") else { return nil }
    if isName(name) { return name }
    section.context.report(
      section.place.member("name"),
      "must be 1 to 64 letters, digits and the characters _ . - and neither database nor websocket, which are "
        + "channels that every alert takes")
    return nil
  }

  /// Names stand in metrics, URLs and files' names.
  static func isName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count) && !["database", "websocket"].contains(name)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "_-.".utf8.contains(byte)
        }
      }
  }
}
