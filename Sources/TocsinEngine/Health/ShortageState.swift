import TocsinCore

/// What the servers are known to lack. A server lacks one thing at a time, as far as it says.
struct ShortageState {
  /// For how long a key or a right that was found wrong counts as that: nothing tells that it was mended but that nobody
  /// meets it any more.
  static let patience = Duration.seconds(60)

  /// By the server's name.
  private var shortages: [String: (shortage: Shortage, last: ContinuousClock.Instant)] = [:]

  /// Their names, sorted.
  var names: [String] { shortages.values.map(\.shortage.rawValue).sorted() }

  /// What a server lacks; nil where nothing is known.
  subscript(backend: String) -> Shortage? { shortages[backend]?.shortage }

  /// A request failed for that reason.
  /// - Returns: whether this is news
  mutating func began(_ shortage: Shortage, at now: ContinuousClock.Instant) -> Bool {
    shortages.updateValue((shortage, now), forKey: shortage.backend)?.shortage != shortage
  }

  /// The server takes writes.
  /// - Returns: what is over, or nil where nothing was known, or it may go on
  mutating func tookWrites(_ backend: String, at now: ContinuousClock.Instant) -> Shortage? {
    guard let (shortage, last) = shortages[backend] else { return nil }
    if shortage == .redisKeys || shortage == .redisRights, now - last < Self.patience { return nil }
    shortages[backend] = nil
    return shortage
  }
}
