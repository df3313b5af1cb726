import ArgumentParser
import TocsinClient
import TocsinCore

/// `tocsin deliveries replay`
struct DeliveriesReplay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Send deliveries again that have come to their end.",
    discussion: """
      Deliveries are named by their ids, or by what they have in common: those that were given up, unless --state \
      says otherwise.

      Examples:
        tocsin deliveries replay 0197a3c2-5b1e-8c40-9a1d-3f2e8b7c6d5a
        tocsin deliveries replay --receiver on-call
        tocsin deliveries replay --all
      """)

  @Argument(help: "The deliveries' ids.")
  var ids: [String] = []

  @OptionGroup var filter: DeliveryFilter

  @Flag(name: .long, help: "All that were given up, or are in the --state.")
  var all = false

  @OptionGroup var connection: ConnectionOptions

  mutating func validate() throws {
    let isFiltered = filter.alert != nil || filter.receiver != nil || all
    guard ids.isEmpty == isFiltered else {
      throw ArgumentParser.ValidationError("Name deliveries by their ids, or by --alert, --receiver or --all.")
    }
    guard filter.state?.isFinal ?? true else {
      throw ArgumentParser.ValidationError("--state must be delivered, dead or cancelled.")
    }
  }

  func run() async throws {
    try await connection.withClient { client in
      if ids.isEmpty { try await replayMatching(client) } else { try await replayNamed(client) }
    }
  }

  private func replayMatching(_ client: TocsinClient) async throws {
    var total = 0
    while true {
      let count = try await client.replay(filter.selection).value
      total += count
      // Those that were delivered stay delivered until somebody takes them up: one round is all.
      if count < 10_000 || filter.state == .delivered { break }
    }
    let answer: JSON = ["success": true, "replayed": .integer(Int64(total))]
    Console.current.print(
      connection.json ? answer.text : "\(total) deliver\(total == 1 ? "y is" : "ies are") due again")
  }

  private func replayNamed(_ client: TocsinClient) async throws {
    var unknown = 0
    for id in ids {
      if let state = try await state(afterReplaying: id, client) {
        if !connection.json { Console.current.print("\(Printable.line(state))  \(Printable.line(id))") }
      } else {
        Console.current.complain("tocsin: there is no delivery \(Printable.line(id))")
        unknown += 1
      }
    }
    if unknown > 0 { throw CommandFailure(.refused, lines: []) }
  }

  /// - Returns: nil where the server does not know the delivery
  private func state(afterReplaying id: String, _ client: TocsinClient) async throws -> String? {
    do {
      let answer = try await client.replay(id)
      if connection.json { Console.current.print(answer.text) }
      return answer.object?["delivery"]?.object?["state"]?.string ?? ""
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }
}
