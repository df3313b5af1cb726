/// A statement with parameters `$1`, `$2` …, prepared once per connection when it is first used there.
///
/// The server infers the types of the parameters; where it cannot, cast (`$1::uuid[]`).
package struct PostgresStatement: Sendable, Hashable {
  /// The text: exactly one SQL statement.
  package let sql: String
  /// The name under which it is prepared; one name stands for one text within a process.
  package let name: String

  /// A statement and the name under which it is prepared.
  package init(_ sql: String, name: String) {
    self.sql = sql
    self.name = name
  }
}
