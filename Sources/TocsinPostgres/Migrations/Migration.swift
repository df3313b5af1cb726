/// One step of the schema: a file `NNNN_name.sql`, plain SQL that runs in one transaction.
package struct Migration: Sendable, Hashable {
  /// The number that the file's name begins with, from 1 without gaps.
  package let version: Int
  /// The file's name without number and extension.
  package let name: String
  /// The file's text.
  package let sql: String
  /// The oldest release that can run on a schema with this step, from the line `-- oldest-release: 0.1.0`.
  package let oldestRelease: String

  /// The file's name: `0001_alerts.sql`.
  package var file: String {
    let digits = String(version)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_\(name).sql"
  }

  /// Reads one file.
  /// - Throws: ``MigrationError`` with `files` where name or header are not as they have to be
  package init(file: String, sql: String) throws(MigrationError) {
    let stem = file.hasSuffix(".sql") ? file.dropLast(4) : Substring(file)
    let digits = stem.prefix(4)
    guard stem.count > 5, digits.count == 4, let version = Int(digits), version > 0, digits.allSatisfy(\.isNumber),
      stem.dropFirst(4).first == "_"
    else {
      throw MigrationError(.files, "\(file): the name must be a number of four digits, _ and a name: 0001_name.sql")
    }
    let marker = "-- oldest-release:"
    let header = sql.split(separator: "\n").first { $0.hasPrefix(marker) }
    let release = header.map { String($0.dropFirst(marker.count).drop { $0 == " " }) } ?? ""
    guard Release(release) != nil else {
      throw MigrationError(.files, "\(file): the line \"\(marker) 0.1.0\" is missing or names no release")
    }
    self.version = version
    self.name = String(stem.dropFirst(5))
    self.sql = sql
    oldestRelease = release
  }
}
