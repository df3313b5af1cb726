import TocsinJSON

/// The keys of a rule's `metadata` that mean something to Tocsin. All others are the user's own.
package enum RuleMetadata {
  /// The keys.
  package static let keys = ["action", "currency", "description", "min_samples", "unit"]
}

extension JSONObject {
  /// Keys that are none of ``RuleMetadata/keys`` and look like one that is not there, with that one.
  package var mistypedKeys: [(key: String, known: String)] {
    let free = RuleMetadata.keys.filter { self[$0] == nil }
    return members.compactMap { member in
      guard !RuleMetadata.keys.contains(member.key), let known = NearestName.of(member.key, among: free) else {
        return nil
      }
      return (member.key, known)
    }
  }
}
