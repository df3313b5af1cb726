import PostgresClient

/// The rights that the role of a node needs. `tocsin migrate` runs as the owner of the tables, who has all of them and
/// makes the partitions.
package enum NodeRights {
  /// Each table, and what the role may have to do with it. Partitions of other names need none: they are used through
  /// their table.
  package static let tables: [(table: String, rights: [String])] = [
    ("schema_migrations", ["SELECT"]),
    ("installation", ["SELECT", "INSERT"]),
    ("nodes", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("alerts", ["SELECT", "INSERT", "UPDATE"]),
    ("alerts_default", ["SELECT"]),
    ("alert_rollups", ["SELECT", "INSERT", "UPDATE"]),
    ("campaign_rollups", ["SELECT", "INSERT", "UPDATE"]),
    ("alert_changes", ["SELECT", "INSERT", "DELETE"]),
    ("rules", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("rule_changes", ["SELECT", "INSERT"]),
    ("rule_version", ["SELECT", "UPDATE"]),
    ("delivery_queue", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("deliveries", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
    ("deliveries_default", ["SELECT"]),
    ("known_receivers", ["SELECT", "INSERT", "UPDATE"]),
    ("disabled_targets", ["SELECT", "INSERT", "DELETE"]),
  ]

  /// The statements that give a role these rights, in the schema that the tables are in.
  package static func grants(to role: String, schema: String = "public") -> [String] {
    ["GRANT USAGE ON SCHEMA \(quoted(schema)) TO \(quoted(role));"]
      + tables.map { grant($0.rights.joined(separator: ", "), on: $0.table, to: role) }
  }

  static func grant(_ rights: String, on table: String, to role: String) -> String {
    "GRANT \(rights) ON \(table) TO \(quoted(role));"
  }

  /// A name as SQL writes it: in quotes only where it needs them.
  static func quoted(_ name: String) -> String {
    let isPlain =
      !name.isEmpty
      && name.utf8.enumerated().allSatisfy { place, byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): place > 0
        default: false
        }
      }
    let doubled = name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
    return isPlain ? name : "\"\(doubled)\""
  }

  /// What the role needs on the table that a message of the server names, as an addition to the message.
  static func hint(for message: String) -> String? {
    let words = message.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    // Names with more parts first: "alerts" is a word of "alerts_default" in no message, but the order costs nothing.
    guard let found = tables.first(where: { words.contains(Substring($0.table)) }) else { return nil }
    return "; the role of a node needs \(found.rights.joined(separator: ", ")) on \(found.table)"
  }
}
