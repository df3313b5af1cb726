import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin deliveries list`
struct DeliveriesList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List deliveries, those of the newest alert first.",
    discussion: """
      Examples:
        tocsin deliveries list --state dead
        tocsin deliveries list --receiver on-call --limit 20
        tocsin deliveries list --campaign c1 --since 2h
        tocsin deliveries list --alert 0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a --json
      """)

  @OptionGroup var filter: DeliveryFilterOptions

  @Option(name: .long, help: ArgumentHelp("Only those of this campaign's alerts; may be repeated.", valueName: "id"))
  var campaign: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only those of alerts that fired at or after this moment: 2h (so long ago), 2026-03-01, or RFC 3339.",
      valueName: "time"))
  var since: MomentArgument?

  @Option(name: .long, help: "Only those in this state.")
  var state: DeliveryState?

  @Option(name: .long, help: ArgumentHelp("At most so many, over as many pages as it takes.", valueName: "n"))
  var limit = 100

  @OptionGroup var connection: ConnectionOptions

  mutating func validate() throws {
    guard limit >= 1 else { throw ArgumentParser.ValidationError("--limit must be at least 1.") }
    // The server takes several values with commas between them.
    guard !campaign.contains(where: { $0.contains(",") }) else {
      throw ArgumentParser.ValidationError("An id with a comma cannot be asked for: repeat the option for several ids.")
    }
  }

  /// Whether everything is asked for.
  private var isEmpty: Bool { filter.isEmpty && state == nil && campaign.isEmpty && since == nil }

  func run() async throws {
    try await connection.withClient { client in
      var selection = try await filter.selection(state: state, client)
      selection.campaignIDs = campaign
      selection.since = since?.timestamp(now: .now)
      let found = try await client.deliveries(selection, count: limit)
      let console = Console.current
      if connection.json {
        let answer: JSON = [
          "deliveries": .array(found.deliveries.map(JSON.object)), "count": .integer(Int64(found.deliveries.count)),
        ]
        console.print(answer.text)
      } else if found.deliveries.isEmpty {
        console.print(isEmpty ? "no deliveries" : "no deliveries match")
      } else {
        console.show(DeliveriesList.table(found.deliveries))
      }
      if found.more { console.complain("There are more: --limit shows them.") }
    }
  }

  /// The deliveries in columns.
  static func table(_ deliveries: [JSONObject]) -> Table {
    // What is needed to go on comes first: a narrow terminal shows no more.
    var table = Table(
      "DELIVERY ID", "STATE", "TRIES", "RECEIVER", "HOST", "CAUSE", "CREATED", "CAMPAIGN", "TITLE", "LAST ERROR")
    for delivery in deliveries {
      func text(_ name: String) -> String { Printable.line(delivery[name]?.string ?? "") }
      let created = Timestamp(text("created_at")).map(Printable.time) ?? text("created_at")
      table.add(
        Table.Cell(text("delivery_id"), .dim), state(text("state")),
        Table.Cell(delivery["attempts"]?.integer.map(String.init) ?? ""), Table.Cell(text("receiver")),
        // A target that this server does not have any more has a name only.
        Table.Cell(text("host").isEmpty ? text("target") : "\(text("channel"))@\(text("host"))"),
        Table.Cell(text("cause")), Table.Cell(created), Table.Cell(text("campaign_id")), Table.Cell(text("title")),
        Table.Cell(text("last_error")))
    }
    return table
  }

  private static func state(_ name: String) -> Table.Cell {
    switch DeliveryState(rawValue: name) {
    case .delivered: Table.Cell(name, .good)
    case .dead: Table.Cell(name, .severity(.critical))
    case .retrying: Table.Cell(name, .warning)
    default: Table.Cell(name)
    }
  }
}

/// Which deliveries a command is about.
struct DeliveryFilterOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Only those of this alert, by its id or its beginning.", valueName: "id"))
  var alert: String?

  @Option(name: .long, help: ArgumentHelp("Only those to this receiver.", valueName: "name"))
  var receiver: String?

  /// Whether nothing is named.
  var isEmpty: Bool { alert == nil && receiver == nil }

  /// What is asked for.
  /// - Throws: ``CommandFailure`` where the alert's id is the beginning of several, or of none
  func selection(state: DeliveryState?, _ client: TocsinClient) async throws -> DeliverySelection {
    var alertID = alert
    if let alert { alertID = try await AlertFinder(client: client).id(of: alert) }
    return DeliverySelection(alertID: alertID, receiver: receiver, state: state)
  }
}
