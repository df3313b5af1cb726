/// The place of an event in the installation's event log: `epoch.ms-seq`, opaque to clients.
package struct EventID: Sendable, Hashable, CustomStringConvertible {
  /// Which life of the log; only ids of one epoch can be compared.
  package var epoch: String
  /// The first half of the log's own id, in milliseconds.
  package var milliseconds: UInt64
  /// The second half of the log's own id.
  package var sequence: UInt64

  /// An id of these parts.
  package init(epoch: String, milliseconds: UInt64, sequence: UInt64) {
    self.epoch = epoch
    self.milliseconds = milliseconds
    self.sequence = sequence
  }

  /// The place before the first event of an epoch.
  package init(beginningOf epoch: String) {
    self.init(epoch: epoch, milliseconds: 0, sequence: 0)
  }

  /// An id of that epoch and the log's own id, `ms-seq`.
  package init?(epoch: String, entry: some StringProtocol) {
    guard let dash = entry.firstIndex(of: "-"), let milliseconds = UInt64(entry[..<dash]),
      let sequence = UInt64(entry[entry.index(after: dash)...])
    else { return nil }
    self.init(epoch: epoch, milliseconds: milliseconds, sequence: sequence)
  }

  /// Reads what ``description`` writes.
  package init?(_ text: some StringProtocol) {
    guard let dot = text.lastIndex(of: "."), dot != text.startIndex else { return nil }
    self.init(epoch: String(text[..<dot]), entry: text[text.index(after: dot)...])
  }

  /// The log's own id: `ms-seq`.
  package var entry: String { "\(milliseconds)-\(sequence)" }

  package var description: String { "\(epoch).\(milliseconds)-\(sequence)" }

  /// Whether this event comes after another one of the same epoch.
  package func isAfter(_ other: EventID) -> Bool {
    milliseconds != other.milliseconds ? milliseconds > other.milliseconds : sequence > other.sequence
  }
}
