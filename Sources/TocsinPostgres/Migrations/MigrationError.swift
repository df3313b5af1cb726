import PostgresClient

/// Why the schema could not be looked at or migrated. The description is a sentence for the operator.
package struct MigrationError: Error, Sendable, CustomStringConvertible {
  /// The kind of a failure.
  package struct Code: Sendable, Hashable {
    private enum Kind { case files, refused, failed, unavailable }

    private let kind: Kind

    /// The folder or one of its files is not as it has to be; nothing was done.
    package static let files = Self(kind: .files)
    /// The database does not go with the files or with this release (``SchemaState``); nothing was done.
    package static let refused = Self(kind: .refused)
    /// A migration failed and left no trace; those before it are done.
    package static let failed = Self(kind: .failed)
    /// The database is away; what was done before stays, so the same call can be made again.
    package static let unavailable = Self(kind: .unavailable)
  }

  /// The kind of the failure.
  package let code: Code
  /// What happened and what to do.
  package let description: String
  /// Whether the role of the connection lacks a right.
  let lacksRight: Bool

  init(_ code: Code, _ description: String, lacksRight: Bool = false) {
    self.code = code
    self.description = description
    self.lacksRight = lacksRight
  }

  /// A failure of the database, while that file ran if one is named.
  init(_ error: any Error, file: String? = nil) {
    switch error {
    case let error as MigrationError:
      self = error
    case let error as PostgresError:
      let place = file.map { "\($0): " } ?? ""
      self.init(
        error.isUnavailable ? .unavailable : .failed, place + error.description, lacksRight: error.sqlState == "42501")
    default:
      self.init(.failed, "the migration ended with an error of type \(type(of: error))")
    }
  }
}
