import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin deliveries replay`
struct DeliveriesReplay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Send deliveries again that have come to their end.",
    discussion: """
      Deliveries are named by their ids, or by what they have in common: those that were given up (dead), unless \
      --state says otherwise. What has not come to its end (pending, sending, retrying) is left as it is: it is being \
      sent anyway.

      Examples:
        tocsin deliveries replay 0197a3c2-5b1e-8c40-9a1d-3f2e8b7c6d5a
        tocsin deliveries replay --receiver on-call
        tocsin deliveries replay --receiver on-call --state cancelled
        tocsin deliveries replay --all
      """)

  /// The states of deliveries that can be sent again.
  enum State: String, ExpressibleByArgument, CaseIterable {
    case dead
    case cancelled
    case delivered

    var delivery: DeliveryState {
      switch self {
      case .dead: .dead
      case .cancelled: .cancelled
      case .delivered: .delivered
      }
    }
  }

  @Argument(help: "The deliveries' ids.")
  var ids: [String] = []

  @OptionGroup var filter: DeliveryFilterOptions

  @Option(name: .long, help: "Those in this state. (default: dead)")
  var state: State?

  @Flag(name: .long, help: "All that were given up, or are in the --state.")
  var all = false

  @OptionGroup var user: UserOption

  @OptionGroup var connection: ConnectionOptions

  mutating func validate() throws {
    let isFiltered = !filter.isEmpty || all
    guard ids.isEmpty == isFiltered else {
      throw ArgumentParser.ValidationError("Name deliveries by their ids, or by --alert, --receiver or --all.")
    }
    guard ids.isEmpty || state == nil else {
      throw ArgumentParser.ValidationError("--state does not go with ids: name one or the other.")
    }
  }

  func run() async throws {
    try await connection.withClient(user: try user.name()) { client in
      if ids.isEmpty { try await replayMatching(client) } else { try await replayNamed(client) }
    }
  }

  private func replayMatching(_ client: TocsinClient) async throws {
    let state = self.state ?? .dead
    let selection = try await filter.selection(state: state.delivery, client)
    var total = 0
    var blocked = BlockedDeliveries()
    while true {
      let answer = try await client.replay(selection)
      let count = answer.value
      total += count
      blocked.add(answer.json)
      // Those that were delivered stay delivered until somebody takes them up: one round is all.
      if count < 10_000 || state == .delivered { break }
    }
    let answer: JSON = ["success": true, "replayed": .integer(Int64(total)), "obstacles": blocked.json]
    let words =
      switch total - blocked.count {
      case _ where total == 0: "no delivery that matches is \(state.rawValue); others are not sent again"
      case 1: "1 delivery is due again"
      case let count: "\(max(0, count)) deliveries are due again"
      }
    let console = Console.current
    console.print(connection.json ? answer.text : words)
    for line in blocked.lines { console.complain("tocsin: \(line)") }
    if total > 0, total <= blocked.count { throw CommandFailure(.refused, lines: []) }
  }

  private func replayNamed(_ client: TocsinClient) async throws {
    let console = Console.current
    var isRefused = false
    for id in ids {
      let answer: JSON
      do {
        answer = try await client.replay(id)
      } catch {
        guard error.code == .notFound else { throw error }
        console.complain("tocsin: there is no delivery \(Printable.line(id))")
        isRefused = true
        continue
      }
      if connection.json { console.print(answer.text) }
      let state = Printable.line(answer.object?["delivery"]?.object?["state"]?.string ?? "")
      if answer.object?["changed"]?.bool == false {
        console.complain("tocsin: \(Printable.line(id)) is \(state): it has not come to its end and is left as it is")
        isRefused = true
      } else if let obstacle = answer.object?["obstacle"]?.string {
        console.complain("tocsin: \(Printable.line(id)) will not be sent: \(Printable.line(obstacle))")
        isRefused = true
      } else if !connection.json {
        console.print("\(state)  \(Printable.line(id))")
      }
    }
    if isRefused { throw CommandFailure(.refused, lines: []) }
  }
}
