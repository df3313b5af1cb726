import Foundation
import Synchronization

@testable import tocsin

/// What a run of the command came to.
struct CommandRun: Sendable, Equatable {
  var status: CommandStatus
  var output: [String]
  var errors: [String]
}

/// Runs the command on a console of the test.
func run(
  _ arguments: [String], environment: [String: String] = [:], input: String = "", answers: String? = nil,
  colors: Bool = false, watching: @escaping @Sendable (String) -> Void = { _ in }
) async -> CommandRun {
  let log = CommandLog()
  let console = Console(
    print: { text in
      log.output.withLock { $0.append(text) }
      watching(text)
    },
    complain: { text in log.errors.withLock { $0.append(text) } }, progress: { _ in },
    ask: { question in
      log.errors.withLock { $0.append(question) }
      return answers
    },
    readInput: { Array(input.utf8) }, showsColors: colors, environment: environment)
  let status = await Console.$current.withValue(console) { await Tocsin.run(arguments) }
  return CommandRun(status: status, output: log.output.withLock { $0 }, errors: log.errors.withLock { $0 })
}

private final class CommandLog: Sendable {
  let output = Mutex<[String]>([])
  let errors = Mutex<[String]>([])
}

/// A file of that text for as long as `body` runs.
func withFile<Result>(_ name: String, _ text: String, _ body: (String) async throws -> Result) async throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  let file = folder.appendingPathComponent(name)
  try Data(text.utf8).write(to: file)
  do {
    let result = try await body(file.path)
    try FileManager.default.removeItem(at: folder)
    return result
  } catch {
    try? FileManager.default.removeItem(at: folder)
    throw error
  }
}
