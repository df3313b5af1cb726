import FoundationEssentials

extension Migration {
  /// Reads all files `*.sql` of a folder, in their order.
  /// - Throws: ``MigrationError`` with `files` where the folder cannot be read, has none, or leaves out a number
  package static func load(folder: String) throws(MigrationError) -> [Migration] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw MigrationError(.files, "the folder of the migrations cannot be read: \(folder)")
    }
    var migrations: [Migration] = []
    for name in names.sorted() where name.hasSuffix(".sql") {
      guard let data = FileManager.default.contents(atPath: folder + "/" + name),
        let text = String(validating: data, as: UTF8.self)
      else { throw MigrationError(.files, "\(name) cannot be read, or is not UTF-8") }
      migrations.append(try Migration(file: name, sql: text))
    }
    guard !migrations.isEmpty else { throw MigrationError(.files, "there are no migrations in \(folder)") }
    for (index, migration) in migrations.enumerated() where migration.version != index + 1 {
      throw MigrationError(
        .files, "\(migration.file): expected number \(index + 1); a file is missing, or two have one number")
    }
    return migrations
  }
}
