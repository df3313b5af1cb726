import Foundation
import NIOCore
import Testing

/// RFC 6455 as the Autobahn test suite sees it. Its program `wstest` needs Python 2.7 and is not installed by the
/// project: the environment variable `WSTEST` names it.
@Suite(.enabled(if: Autobahn.program != nil, "WSTEST does not name Autobahn's wstest"))
struct AutobahnTests {
  @Test(.timeLimit(.minutes(10))) func framesConform() async throws {
    let server = try await EchoServer().start()
    let port = try #require(server.localAddress?.port)
    let cases = try await Autobahn.run(port: port)
    try await server.close()
    #expect(cases.count > 150)
    let failed = cases.filter { !$0.conforms }.map { "\($0.name): \($0.behavior), close \($0.close)" }
    #expect(failed.sorted() == [])
  }
}

/// Runs Autobahn's fuzzing client.
private enum Autobahn {
  struct Case {
    var name: String
    var behavior: String
    var close: String

    var conforms: Bool {
      let allowed = ["OK", "NON-STRICT", "INFORMATIONAL"]
      return allowed.contains(behavior) && allowed.contains(close)
    }
  }

  struct Failure: Error {
    var output: String
  }

  static var program: String? { ProcessInfo.processInfo.environment["WSTEST"] }

  /// All cases but binary messages (the server closes with 1003), messages beyond its limit of 64 KiB, and compression.
  static let leftOut = ["1.2.*", "5.1", "5.2", "7.1.6", "9.*", "12.*", "13.*"]

  static func run(port: Int) async throws -> [Case] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "autobahn-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let specification: [String: Any] = [
      "outdir": folder.path, "servers": [["agent": "tocsin", "url": "ws://127.0.0.1:\(port)/ws/alerts"]],
      "cases": ["*"], "exclude-cases": leftOut, "exclude-agent-cases": [String: String](),
    ]
    let file = folder.appending(path: "fuzzingclient.json")
    try JSONSerialization.data(withJSONObject: specification).write(to: file)
    let output = try await execute(["-m", "fuzzingclient", "-s", file.path], in: folder)
    guard let index = try? Data(contentsOf: folder.appending(path: "index.json")),
      let all = try JSONSerialization.jsonObject(with: index) as? [String: [String: [String: Any]]],
      let cases = all["tocsin"]
    else { throw Failure(output: output) }
    return cases.map { name, result in
      Case(
        name: name, behavior: result["behavior"] as? String ?? "?", close: result["behaviorClose"] as? String ?? "?")
    }
  }

  private static func execute(_ arguments: [String], in folder: URL) async throws -> String {
    let log = folder.appending(path: "wstest.log")
    try Data().write(to: log)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program ?? "")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardOutput = try FileHandle(forWritingTo: log)
    process.standardError = process.standardOutput
    try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ended.resume() }
      do { try process.run() } catch { ended.resume(throwing: error) }
    }
    return (try? String(contentsOf: log, encoding: .utf8)) ?? ""
  }
}
