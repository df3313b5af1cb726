import Foundation
import PostgresClient
import Support
import Testing

@testable import TocsinPostgres

@Suite("Statement files")
struct StatementFileTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/TocsinPostgres/Statements").standardizedFileURL

  /// Name and text of each file of a folder.
  private static func files(in folder: URL) throws -> [String: String] {
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "sql" }
    return Dictionary(
      uniqueKeysWithValues: try files.map {
        ($0.deletingPathExtension().lastPathComponent, try String(contentsOf: $0, encoding: .utf8))
      })
  }

  @Test("a migrated database takes every statement")
  func prepare() async throws {
    // The table is there already; each migration of a test makes it.
    let statements = try Self.files(in: Self.folder).filter { $0.key != "migrate_table" }
    #expect(statements.count > 30)
    try await TestDatabase.with { stores in
      for (name, text) in statements {
        let source = Statements.source(text)
        #expect(source.missing == [], "\(name)")
        do {
          try await stores.pool.withTransaction { connection in
            try await connection.executeSimple("PREPARE \"file.\(name)\" AS \(source.text)")
          }
        } catch {
          Issue.record("\(name): \(error)")
        }
      }
    }
  }

  @Test("the library has every file of its folder, and each is used")
  func library() throws {
    let files = try Self.files(in: Self.folder.appending(path: "Library"))
    #expect(Statements.files == files)
    let texts = Array(try Self.files(in: Self.folder).values) + Array(files.values)
    let used = texts.flatMap { $0.split(separator: "\n") }.map { $0.drop { $0 == " " } }.filter {
      $0.hasPrefix("-- uses:")
    }
    .flatMap { $0.dropFirst(8).split(whereSeparator: { $0 == "," || $0 == " " }).map { String($0) } }
    #expect(Set(Statements.library.keys).subtracting(used) == [])
  }
}
