import TocsinCore

/// What the servers are known to lack.
struct ShortageState {
  /// For how long a key or a right that was found wrong counts as that: nothing tells that it was mended but that nobody
  /// meets it any more.
  static let patience = Duration.seconds(60)

  /// When each was last met.
  private var shortages: [Shortage: ContinuousClock.Instant] = [:]

  /// Their names, sorted.
  var names: [String] { shortages.keys.map(\.rawValue).sorted() }

  /// Whether a server lacks something.
  func isShort(_ backend: String) -> Bool { shortages.keys.contains { $0.backend == backend } }

  /// A request failed for that reason.
  /// - Returns: whether this is news
  mutating func began(_ shortage: Shortage, at now: ContinuousClock.Instant) -> Bool {
    shortages.updateValue(now, forKey: shortage) == nil
  }

  /// The server takes writes.
  /// - Returns: what is over, sorted
  mutating func tookWrites(_ backend: String, at now: ContinuousClock.Instant) -> [Shortage] {
    let over = shortages.filter { shortage, last in
      let mayGoOn = shortage == .redisKeys || shortage == .redisRights
      return shortage.backend == backend && !(mayGoOn && now - last < Self.patience)
    }.keys
    for shortage in over { shortages[shortage] = nil }
    return over.sorted { $0.rawValue < $1.rawValue }
  }
}
