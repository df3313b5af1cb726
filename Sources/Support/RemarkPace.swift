/// Decides which remarks are made: of each kind one a minute.
package struct RemarkPace: Sendable {
  private var kinds: [String: (last: ContinuousClock.Instant, held: Int)] = [:]

  /// A pace at which nothing was remarked yet.
  package init() {}

  /// Whether to make a remark now.
  /// - Parameter kind: one of a few
  /// - Returns: how many of that kind were held back since the last one; nil where this one is held back, too
  package mutating func mayTell(_ kind: String, at now: ContinuousClock.Instant) -> Int? {
    if let state = kinds[kind], now - state.last < .seconds(60) {
      kinds[kind] = (state.last, state.held + 1)
      return nil
    }
    defer { kinds[kind] = (now, 0) }
    return kinds[kind]?.held ?? 0
  }
}
