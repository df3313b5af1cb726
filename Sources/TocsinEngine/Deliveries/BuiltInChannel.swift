import TocsinCore

/// The channels that need no receiver: each alert takes them.
package enum BuiltInChannel: String, Sendable, Hashable, CaseIterable {
  case database
  case websocket

  /// What came of trying one.
  package struct Trial: Sendable, Hashable {
    /// Whether it works.
    package var works: Bool
    /// What was tried, or what is wrong.
    package var message: String
  }
}

extension Engine {
  /// Tries one of the engine's own channels.
  package func test(_ channel: BuiltInChannel) async -> BuiltInChannel.Trial {
    switch channel {
    case .database:
      do {
        _ = try await alerts.statistics(campaignID: "", tenant: .standard)
        return BuiltInChannel.Trial(works: true, message: "PostgreSQL answers")
      } catch {
        return BuiltInChannel.Trial(works: false, message: error.message)
      }
    case .websocket:
      let works = !health.status.reasons.contains("redis")
      return BuiltInChannel.Trial(
        works: works,
        message: works
          ? "events that are published come back to this node within seconds"
          : "events do not come back to this node: redis is not reachable at the moment")
    }
  }
}
