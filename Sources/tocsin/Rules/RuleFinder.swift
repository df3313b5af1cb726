import TocsinClient
import TocsinCore

/// Finds the rule whose id begins with what a user typed.
struct RuleFinder {
  let client: TocsinClient

  /// Runs `body` with the id, and where the server knows no such rule with the one id that begins so.
  /// - Throws: ``CommandFailure`` where several ids begin so, or none does; what `body` throws
  func whereFound<Result>(
    _ id: String, _ body: (String) async throws(ClientError) -> Result
  ) async throws -> Result {
    do {
      return try await body(id)
    } catch {
      guard error.code == .notFound else { throw error }
    }
    let ids = try await client.rules().value.map(\.ruleID).sorted()
    let candidates = ids.filter { $0.hasPrefix(id) }
    guard let first = candidates.first else {
      throw CommandFailure(.refused, RuleFinder.unknown(id, among: ids))
    }
    guard candidates.count == 1 else {
      throw CommandFailure(
        .usage,
        lines: ["tocsin: several rules have an id that begins with \(Printable.line(id)):"]
          + candidates.map { "  \(Printable.line($0))" })
    }
    return try await body(first)
  }

  /// Says that there is no rule of that id, with the nearest one where the server tells which there are.
  func unknown(_ id: String) async -> String {
    do {
      return RuleFinder.unknown(id, among: try await client.rules().value.map(\.ruleID).sorted())
    } catch {
      return RuleFinder.unknown(id, among: [])
    }
  }

  private static func unknown(_ id: String, among ids: [String]) -> String {
    "tocsin: there is no rule \(Printable.line(id))\(NearestName.question(id, among: ids))"
  }
}
