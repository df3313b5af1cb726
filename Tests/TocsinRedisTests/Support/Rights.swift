import Foundation
import RedisClient

/// The rights that the documentation says a node needs.
enum Rights {
  struct Missing: Error {}

  /// The words behind `ACL SETUSER <name> on ><password>`, for that prefix; read from the page itself.
  static func words(prefix: String) throws -> [String] {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
    let page = try String(
      contentsOfFile: root + "/Sources/TocsinRedis/TocsinRedis.docc/TocsinRedis.md", encoding: .utf8)
    let blocks = page.components(separatedBy: "```")
    guard let block = blocks.first(where: { $0.contains("ACL SETUSER") }) else { throw Missing() }
    let words = block.replacing("\\\n", with: " ").split(whereSeparator: \.isWhitespace).map { String($0) }
    guard words.count > 5, words[0] == "ACL" else { throw Missing() }
    return words[5...].map { $0.replacing("{tocsin}", with: prefix).replacing("\"", with: "") }
  }
}
