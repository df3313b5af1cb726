/// How the schema of a database stands to the files and to the release that looks at it.
package enum SchemaState: Sendable, Hashable {
  /// Every file has been applied; newer ones too, perhaps, that this release can run on.
  case current
  /// These files have not been applied yet.
  case behind([Migration])
  /// A newer release has changed the schema so that only that release and later ones can run on it.
  case tooNew(oldestRelease: String)
  /// These files have been applied, but are missing or have another text now.
  case changed([String])

  /// What it means and what to do, for a log or a terminal.
  package var sentence: String {
    switch self {
    case .current:
      "The schema is up to date."
    case .behind(let pending):
      "The schema lacks \(pending.map(\.file).joined(separator: ", ")): run `tocsin migrate`."
    case .tooNew(let release):
      "The schema was migrated for release \(release) or later, which this release cannot run on: install it."
    case .changed(let files):
      """
      Already applied, but missing or changed since: \(files.joined(separator: ", ")). \
      Restore these files as they were and put the change into a new one.
      """
    }
  }
}

/// A row of `schema_migrations`.
struct AppliedMigration: Hashable {
  var version: Int
  var name: String
  var checksum: String
  var oldestRelease: String
}

extension SchemaState {
  /// Compares the files, whose checksums come in the same order, with what has been applied.
  init(files: [Migration], checksums: [String], applied: [AppliedMigration], release: String) {
    let done = Dictionary(applied.map { ($0.version, $0) }, uniquingKeysWith: { first, _ in first })
    let newest = files.last?.version ?? 0
    let own = Release(release)
    let needed = applied.filter { $0.version > newest }
      .filter { step in Release(step.oldestRelease).flatMap { needed in own.map { $0 < needed } } ?? true }
      .max { ($0.version) < ($1.version) }
    if let needed {
      self = .tooNew(oldestRelease: needed.oldestRelease)
      return
    }
    let known = Set(files.map(\.version))
    var changed = applied.filter { $0.version <= newest && !known.contains($0.version) }
      .map { "\($0.version) (\($0.name))" }
    for (file, checksum) in zip(files, checksums) {
      if let record = done[file.version], record.checksum != checksum { changed.append(file.file) }
    }
    if !changed.isEmpty {
      self = .changed(changed)
      return
    }
    let pending = files.filter { done[$0.version] == nil }
    self = pending.isEmpty ? .current : .behind(pending)
  }
}
