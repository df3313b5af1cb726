import TocsinCore

/// The alerts that this node claimed and that are not announced yet, as far as it knows. If Redis loses its data it loses
/// their cooldowns and their places in the journal, and PostgreSQL may not have them yet: only this node can bring
/// them back.
struct UnannouncedAlerts {
  private enum Stage {
    /// A caller waits for it.
    case underWay
    /// In PostgreSQL; could not be announced.
    case held
    /// Given up by this node: maybe in PostgreSQL, maybe in the journal; the keeper finishes it.
    case left
  }

  private var alerts: [AlertID: (entry: JournalEntry, stage: Stage)] = [:]
  /// How many are there that nobody works on before Redis is back.
  private(set) var waitingCount = 0

  /// All of them.
  var entries: [JournalEntry] { alerts.values.map(\.entry) }

  /// Those that are in PostgreSQL and have to be announced, oldest first.
  func held(limit: Int) -> [JournalEntry] { sorted(.held, limit: limit) }

  /// Those that the journal must hold for the keeper, oldest first.
  func left(limit: Int) -> [JournalEntry] { sorted(.left, limit: limit) }

  /// Claims were won.
  mutating func begin(_ entries: [JournalEntry]) {
    for entry in entries where alerts[entry.alertID] == nil { alerts[entry.alertID] = (entry, .underWay) }
  }

  /// Nobody works on these any more; those that wait for Redis stay.
  mutating func end(_ entries: [JournalEntry]) {
    for entry in entries where alerts[entry.alertID]?.stage == .underWay { alerts[entry.alertID] = nil }
  }

  /// These are in PostgreSQL and could not be announced.
  mutating func hold(_ entries: [JournalEntry]) {
    for entry in entries { put(entry, .held) }
  }

  /// These could neither be committed in time nor announced.
  mutating func leave(_ entries: [JournalEntry]) {
    for entry in entries { put(entry, .left) }
  }

  /// These are announced, or in the journal for the keeper.
  mutating func settled(_ entries: [JournalEntry]) {
    for entry in entries {
      guard let removed = alerts.removeValue(forKey: entry.alertID), removed.stage != .underWay else { continue }
      waitingCount -= 1
    }
  }

  private mutating func put(_ entry: JournalEntry, _ stage: Stage) {
    let before = alerts.updateValue((entry, stage), forKey: entry.alertID)
    if before.map({ $0.stage == .underWay }) ?? true { waitingCount += 1 }
  }

  private func sorted(_ stage: Stage, limit: Int) -> [JournalEntry] {
    guard waitingCount > 0 else { return [] }
    let all = alerts.values.lazy.filter { $0.stage == stage }.map(\.entry)
    return Array(all.prefix(limit)).sorted { $0.alertID < $1.alertID }
  }
}
