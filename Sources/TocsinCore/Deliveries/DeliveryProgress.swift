package import TocsinJSON

/// How far a delivery to several people at once has come: who needs no further attempt. A mail server may take a mail for
/// some recipients, and ask to be tried again for the others.
package struct DeliveryProgress: Sendable, Hashable {
  /// The marks of those who have it.
  package var reached: Set<String>
  /// The marks of those who can never get it.
  package var refused: Set<String>

  /// Progress of these parts; without arguments nobody has it, and anybody may get it.
  package init(reached: Set<String> = [], refused: Set<String> = []) {
    self.reached = reached
    self.refused = refused
  }

  /// Whether everybody still needs an attempt.
  package var isEmpty: Bool { reached.isEmpty && refused.isEmpty }

  /// What stands for an address where the progress is kept: 48 bits of a hash, since addresses are nobody else's.
  package static func mark(_ address: String) -> String {
    var hash = FNV128()
    hash.add(address)
    let digits = String((hash.high ^ hash.low) >> 16, radix: 16)
    return String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits
  }

  /// Whether the person of that address needs no further attempt.
  package func isSettled(_ address: String) -> Bool {
    guard !isEmpty else { return false }
    let mark = DeliveryProgress.mark(address)
    return reached.contains(mark) || refused.contains(mark)
  }

  /// Returns this with what another attempt added.
  package func adding(_ other: DeliveryProgress) -> DeliveryProgress {
    DeliveryProgress(reached: reached.union(other.reached), refused: refused.union(other.refused))
  }

  /// What is stored.
  package var json: JSON {
    [
      "reached": .array(reached.sorted().map(JSON.string)), "refused": .array(refused.sorted().map(JSON.string)),
    ]
  }

  /// Reads what is stored. What cannot be read counts as nothing: then somebody gets it twice rather than not at all.
  package init(json: JSON) {
    func marks(_ key: String) -> Set<String> { Set(json.object?[key]?.array?.compactMap(\.string) ?? []) }
    self.init(reached: marks("reached"), refused: marks("refused"))
  }
}
