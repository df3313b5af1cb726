import ArgumentParser
import TocsinClient
import TocsinCore

/// Which alerts a command is about.
struct AlertFilterOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Only this campaign's; may be repeated.", valueName: "id"))
  var campaign: [String] = []

  @Option(name: .long, help: ArgumentHelp("Only this ad's; may be repeated.", valueName: "id"))
  var ad: [String] = []

  @Option(name: .long, help: ArgumentHelp("Only this rule's; may be repeated.", valueName: "id"))
  var rule: [String] = []

  @Option(name: .long, help: "Only of this type; may be repeated.")
  var type: [AlertType] = []

  @Option(name: .long, help: "Only of this severity; may be repeated.")
  var severity: [Severity] = []

  @Flag(name: .long, help: "Only those that somebody has acknowledged.")
  var acknowledged = false

  @Flag(name: .long, help: "Only those that nobody has acknowledged.")
  var unacknowledged = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only what fired at or after this moment: 2h (so long ago), 2026-03-01, or RFC 3339.",
      valueName: "time"))
  var since: MomentArgument?

  @Option(name: .long, help: ArgumentHelp("Only what fired before this moment.", valueName: "time"))
  var until: MomentArgument?

  mutating func validate() throws {
    guard !(acknowledged && unacknowledged) else {
      throw ArgumentParser.ValidationError("Give --acknowledged or --unacknowledged, not both.")
    }
    // The server takes several values with commas between them.
    guard !(campaign + ad).contains(where: { $0.contains(",") }) else {
      throw ArgumentParser.ValidationError("An id with a comma cannot be asked for: repeat the option for several ids.")
    }
    if let since, let until {
      let now = Timestamp.now
      guard since.timestamp(now: now) < until.timestamp(now: now) else {
        throw ArgumentParser.ValidationError("--since must be before --until.")
      }
    }
  }

  /// The alerts that are not resolved.
  func selection(now: Timestamp) -> AlertSelection {
    AlertSelection(
      campaignIDs: campaign, alertTypes: type, severities: severity, ruleIDs: rule, adIDs: ad,
      isAcknowledged: acknowledged ? true : unacknowledged ? false : nil, since: since?.timestamp(now: now),
      until: until?.timestamp(now: now))
  }
}
