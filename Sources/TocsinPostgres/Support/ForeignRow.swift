import PostgresClient
import TocsinCore
import TocsinJSON

/// A row that this release cannot read: a newer one wrote it, or other hands. It is left out of lists and never keeps the
/// others from being read.
struct ForeignRow: Error, Hashable {
  /// Which one: `alert 0198…`.
  let what: String
  /// Why, without the row's own text beyond the word that is not known.
  let reason: String

  /// A row that cannot be read for that reason.
  init(_ what: String, _ reason: String) {
    self.what = what
    self.reason = reason
  }

  /// A row of which reading failed.
  init(_ what: String, _ error: any Error) {
    let reason =
      switch error {
      case let row as ForeignRow: row.reason
      case let error as PostgresError: error.message
      case let error as JSONError: "it holds JSON that cannot be read: \(error)"
      case let error as ValidationError: error.detail
      default: "it is not of a form that this release knows"
      }
    self.init(what, reason)
  }

  /// A column whose word is none of those that this release knows.
  static func unknown(_ column: String, _ word: String) -> ForeignRow {
    ForeignRow("", "its \(column) is \"\(word.prefix(64))\"")
  }
}
