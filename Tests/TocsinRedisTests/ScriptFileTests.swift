import Foundation
import RedisClient
import Support
import Testing

@testable import TocsinRedis

@Suite("Script files")
struct ScriptFileTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/TocsinRedis/Scripts").standardizedFileURL

  /// Name and text of each file of a folder.
  private static func files(in folder: URL) throws -> [String: String] {
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "lua" }
    return Dictionary(
      uniqueKeysWithValues: try files.map {
        ($0.deletingPathExtension().lastPathComponent, try String(contentsOf: $0, encoding: .utf8))
      })
  }

  @Test("the server compiles every script")
  func load() async throws {
    let scripts = try Self.files(in: Self.folder)
    #expect(scripts.count > 20)
    try await Nodes.with { nodes in
      for (name, text) in scripts {
        let source = Scripts.source(text)
        #expect(source.missing == [], "\(name)")
        let reply = try await nodes.send("SCRIPT", "LOAD", RedisArgument(source.text))
        #expect(reply.string?.utf8.count == 40, "\(name): \(reply)")
      }
    }
  }

  @Test("the library has every file of its folder, each alone compiles, and each is used")
  func library() async throws {
    let files = try Self.files(in: Self.folder.appending(path: "Library"))
    #expect(Scripts.library == files)
    let texts = Array(try Self.files(in: Self.folder).values) + Array(files.values)
    let used = texts.flatMap { $0.split(separator: "\n") }.filter { $0.hasPrefix("-- uses:") }
      .flatMap { $0.dropFirst(8).split(whereSeparator: { $0 == "," || $0 == " " }).map { String($0) } }
    #expect(Set(files.keys).subtracting(used) == [])
    try await Nodes.with { nodes in
      for (name, text) in files {
        let reply = try await nodes.send("SCRIPT", "LOAD", RedisArgument(Scripts.source(text).text))
        #expect(reply.string?.utf8.count == 40, "\(name): \(reply)")
      }
    }
  }
}
