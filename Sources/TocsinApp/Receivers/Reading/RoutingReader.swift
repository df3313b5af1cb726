import TocsinCore
import TocsinNotifiers

/// Puts receivers and routes together.
struct RoutingReader {
  /// The file's receivers.
  let inFile: [ReadReceiver]
  /// Those of `ALERT_…` variables.
  let inEnvironment: [ReadReceiver]
  let routes: [RouteReader.Read]
  let context: ReadingContext
  /// Whether ``inFile`` is complete; otherwise a name that is not there may be that of a receiver without one.
  let knowsAllNames: Bool

  /// The table; only good where nothing was reported.
  func table() -> RoutingTable {
    checkNames()
    let all = inFile + inEnvironment
    let receivers = Dictionary(all.map { ($0.settings.name, $0.routing) }) { first, _ in first }
    let inOrder = routes.isEmpty ? standard() : routes.map(\.route)
    return RoutingTable(receivers: receivers, routes: forVariables() + inOrder)
  }

  /// Receivers of variables get everything, unless the file says what they get: by a route or as a fallback.
  private func forVariables() -> [Route] {
    let mentioned = Set(routes.flatMap(\.route.receivers) + inFile.flatMap { $0.fallbacks.map(\.text) })
    let names = inEnvironment.map(\.settings.name).filter { !mentioned.contains($0) }
    return names.isEmpty ? [] : [Route(receivers: names, continues: true)]
  }

  /// Without routes, every receiver that is nobody's fallback gets everything.
  private func standard() -> [Route] {
    let fallbacks = Set(inFile.flatMap { $0.fallbacks.map(\.text) })
    let names = inFile.map(\.settings.name).filter { !fallbacks.contains($0) }
    if names.isEmpty, !inFile.isEmpty {
      context.report(Place("routes"), "are needed: every receiver is another one's fallback, so none gets anything")
    }
    return names.isEmpty ? [] : [Route(receivers: names)]
  }

  private func checkNames() {
    var places: [String: Place] = [:]
    for receiver in inEnvironment { places[receiver.settings.name] = receiver.place }
    for receiver in inFile {
      guard let other = places.updateValue(receiver.place, forKey: receiver.settings.name) else { continue }
      let isVariable = inEnvironment.contains { $0.settings.name == receiver.settings.name }
      context.report(
        receiver.place.member("name"),
        isVariable
          ? "\(other) makes a receiver of that name, too: unset it, or choose another name"
          : "\(other) has the same name: choose another one")
    }
    for receiver in inFile {
      for (place, name) in receiver.fallbacks where name == receiver.settings.name {
        context.report(place, "a receiver cannot be its own fallback")
      }
    }
    guard knowsAllNames else { return }
    let known = places.keys.sorted().joined(separator: ", ")
    let hint = known.isEmpty ? "there is none" : "there are \(known)"
    for (place, name) in routes.flatMap(\.receivers) + inFile.flatMap(\.fallbacks) where places[name] == nil {
      context.report(place, "no receiver has that name; \(hint)")
    }
  }
}
