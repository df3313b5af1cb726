import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin alerts show`
struct AlertsShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show everything about an alert.",
    discussion: """
      Examples:
        tocsin alerts show 0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a
        tocsin alerts show 0197a3c2-5b1e --json
      """)

  @Argument(help: "The alert's id, or its beginning where no other alert's is the same.")
  var id: String

  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await connection.withClient { client in
      let answer = try await client.alert(try await AlertFinder(client: client).id(of: id))
      let console = Console.current
      if connection.json {
        console.print(answer.json.text)
      } else {
        for line in AlertsShow.lines(answer.value, colors: console.showsColors) { console.print(line) }
      }
    }
  }

  /// A line for each thing that is known.
  static func lines(_ alert: Alert, colors: Bool) -> [String] {
    var facts: [(String, String)] = [
      ("id", alert.alertID.description), ("fired", Printable.time(alert.timestamp)),
      ("severity", Style.severity(alert.severity).apply(alert.severity.rawValue, colors: colors)),
      ("type", alert.alertType.rawValue), ("rule", alert.ruleID),
      ("campaign", "\(alert.campaignName) (\(alert.entity.campaignID))"),
    ]
    if !alert.entity.adID.isEmpty { facts.append(("ad", alert.entity.adID)) }
    facts.append(("compared", AlertLine.comparison(alert)))
    if let mark = alert.acknowledgement { facts.append(("acknowledged", text(mark))) }
    if let mark = alert.resolution { facts.append(("resolved", text(mark))) }
    for (channel, delivered) in alert.notificationStatus.channels {
      facts.append((channel, delivered ? "delivered" : "given up"))
    }
    for member in alert.details.members {
      facts.append((member.key, member.value.string ?? member.value.text))
    }
    let width = facts.map(\.0.count).max() ?? 0
    let title = Style.bold.apply(Printable.line(alert.title), colors: colors)
    return [title, Printable.line(alert.message), ""]
      + facts.map { name, value in
        let padding = String(repeating: " ", count: width - name.count + 2)
        return Printable.line(name) + padding + (name == "severity" ? value : Printable.line(value))
      }
  }

  private static func text(_ mark: Alert.Mark) -> String {
    Printable.time(mark.at) + (mark.by.map { " by \($0)" } ?? "")
  }
}
