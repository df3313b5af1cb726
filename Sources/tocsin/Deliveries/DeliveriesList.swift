import ArgumentParser
import TocsinClient
import TocsinCore

/// `tocsin deliveries list`
struct DeliveriesList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List deliveries, those of the newest alert first.")

  @OptionGroup var filter: DeliveryFilter

  @Option(name: .long, help: ArgumentHelp("At most so many, over as many pages as it takes.", valueName: "n"))
  var limit = 100

  @OptionGroup var connection: ConnectionOptions

  mutating func validate() throws {
    guard limit >= 1 else { throw ArgumentParser.ValidationError("--limit must be at least 1.") }
  }

  func run() async throws {
    try await connection.withClient { client in
      let found = try await client.deliveries(filter.selection, count: limit)
      let console = Console.current
      if connection.json {
        let answer: JSON = [
          "deliveries": .array(found.deliveries.map(JSON.object)), "count": .integer(Int64(found.deliveries.count)),
        ]
        console.print(answer.text)
      } else if found.deliveries.isEmpty {
        console.print("no deliveries")
      } else {
        for line in DeliveriesList.table(found.deliveries).lines(colors: console.showsColors) { console.print(line) }
      }
      if found.more { console.complain("There are more: --limit shows them.") }
    }
  }

  /// The deliveries in columns.
  static func table(_ deliveries: [JSONObject]) -> Table {
    var table = Table("CREATED", "RECEIVER", "CHANNEL", "CAUSE", "STATE", "TRIES", "DELIVERY ID", "LAST ERROR")
    for delivery in deliveries {
      func text(_ name: String) -> String { Printable.line(delivery[name]?.string ?? "") }
      let created = Timestamp(text("created_at")).map(Printable.time) ?? text("created_at")
      table.add(
        Table.Cell(created), Table.Cell(text("receiver")), Table.Cell(text("channel")), Table.Cell(text("cause")),
        state(text("state")), Table.Cell(delivery["attempts"]?.integer.map(String.init) ?? ""),
        Table.Cell(text("delivery_id"), .dim), Table.Cell(text("last_error")))
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
struct DeliveryFilter: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Only those of this alert.", valueName: "id"))
  var alert: String?

  @Option(name: .long, help: ArgumentHelp("Only those to this receiver.", valueName: "name"))
  var receiver: String?

  @Option(name: .long, help: "Only those in this state.")
  var state: DeliveryState?

  var selection: DeliverySelection { DeliverySelection(alertID: alert, receiver: receiver, state: state) }
}
