import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin test`
struct TestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Send a sample alert to a receiver, or through a channel.",
    discussion: """
      The server really sends it, and says why it failed. The exit status is 1 unless every target took it.

      Examples:
        tocsin test on-call
        tocsin test slack
      """)

  @Argument(help: "The receiver's name, or the channel's.")
  var name: String

  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await connection.withClient { client in
      let answer = try await client.test(name)
      let console = Console.current
      if connection.json {
        console.print(answer.json.text)
      } else {
        let targets = answer.json.object?["targets"]?.array ?? []
        for target in targets.compactMap(\.object) { console.print(TestCommand.line(target)) }
        if targets.isEmpty { console.print(Printable.line(answer.value.message)) }
      }
      if !answer.value.success { throw CommandFailure(.refused, lines: []) }
    }
  }

  private static func line(_ target: JSONObject) -> String {
    func text(_ name: String) -> String { Printable.line(target[name]?.string ?? "") }
    let word = target["success"]?.bool == true ? "delivered" : "FAILED"
    let time = target["latency_ms"]?.integer.map { " in \($0) ms" } ?? ""
    let reason = target["success"]?.bool == true ? "" : ": \(text("message"))"
    return "\(word)  \(text("receiver"))/\(text("target"))\(time)\(reason)"
  }
}
