import TocsinCore
import TocsinJSON

/// One field that two forms of a rule do not have in common.
struct FieldDifference: Sendable, Hashable, CustomStringConvertible {
  /// The field's name; of a field inside another one its path: `metadata.action`.
  var field: String
  /// Null where it is not there.
  var before: JSON
  var after: JSON

  /// `threshold 2 → 2.5`
  var description: String { "\(field) \(FieldDifference.text(before)) → \(FieldDifference.text(after))" }

  /// Returns the differences, in the fields' order; the server's own fields are left out.
  static func all(from before: JSONObject, to after: JSONObject) -> [FieldDifference] {
    let own: Set = ["created_at", "updated_at", "incarnation", "version"]
    return differences(from: before, to: after, below: "").filter { !own.contains($0.field) }
  }

  private static func differences(
    from before: JSONObject, to after: JSONObject, below path: String
  ) -> [FieldDifference] {
    let keys = before.members.map(\.key) + after.members.map(\.key).filter { before[$0] == nil }
    return keys.flatMap { key -> [FieldDifference] in
      let old = before[key] ?? .null
      let new = after[key] ?? .null
      if old.isSame(as: new) { return [] }
      if case .object(let old) = old, case .object(let new) = new {
        return differences(from: old, to: new, below: path + key + ".")
      }
      return [FieldDifference(field: path + key, before: old, after: new)]
    }
  }

  static func text(_ value: JSON) -> String {
    value.double.map(Printable.number) ?? Printable.line(value.text)
  }
}

extension JSON {
  /// Whether both say the same: `2` is `2.0`.
  func isSame(as other: JSON) -> Bool {
    switch (self, other) {
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
    case (.object(let left), .object(let right)):
      left.count == right.count
        && left.members.allSatisfy { member in right[member.key].map { member.value.isSame(as: $0) } ?? false }
    default:
      if let left = double, let right = other.double { left == right } else { self == other }
    }
  }
}
