import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin check`
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check one value of one metric, and show the alerts that it raises.",
    discussion: """
      Examples:
        tocsin check roas 1.5 --campaign c1 --name "Spring sale"
        tocsin check cpa 130 --campaign c1 --ad a7 --context region=EU --context budget=250
        tocsin check my_metric 0.4 --campaign c1 --type roas_drop
        tocsin check roas 1.5 --campaign c1 --fail-on-alert || echo "look at it"
        tocsin check roas 1.5 --campaign c1 --explain
        tocsin check margin --campaign c1 -- -3.5
        tocsin check roas 1.5 --campaign c1 --url http://node-1:8000,http://node-2:8000

      With --explain nothing is checked: the answer says of each rule whether it would fire, and why or why not.
      A value of --context that is JSON (a number, true, an object) is sent as such, anything else as text.
      Of several servers the next one is tried after "connection refused" and 503. After "no answer in time" the \
      check may have fired, and is not sent again. Sending it again never doubles an alert of a rule with a cooldown.
      Exit status: 0 done, 1 refused, 2 bad usage, 3 no server, 4 an alert was raised and --fail-on-alert is given, \
      75 no server can do it now: try later.
      """)

  @Argument(help: "The metric's name, such as roas, cpa, impressions, budget_spent_pct.")
  var metric: String

  @Argument(help: "The value that was measured. Put -- before a negative one.")
  var value: Double

  @Option(name: .long, help: ArgumentHelp("The campaign's id.", valueName: "id"))
  var campaign: String

  @Option(name: .long, help: ArgumentHelp("The campaign's name, for people. (default: its id)", valueName: "name"))
  var name: String?

  @Option(name: .long, help: ArgumentHelp("The ad's id, where one ad of the campaign is meant.", valueName: "id"))
  var ad: String = ""

  @Option(name: .long, help: ArgumentHelp("What else is known; may be repeated.", valueName: "key=value"))
  var context: [ContextArgument] = []

  @Option(name: .long, help: ArgumentHelp("Only rules of this type; may be repeated.", valueName: "type"))
  var type: [AlertType] = []

  @Flag(name: .long, help: "Exit with status 4 when an alert was raised.")
  var failOnAlert = false

  @Flag(name: .long, help: "Raise nothing; show what each rule says of the check, and why.")
  var explain = false

  @OptionGroup var connection: ConnectionOptions

  mutating func validate() throws {
    guard value.isFinite else { throw ArgumentParser.ValidationError("The value must be a finite number.") }
    guard !explain || !failOnAlert else {
      throw ArgumentParser.ValidationError("--explain raises no alert: leave out --fail-on-alert.")
    }
  }

  /// The check that the arguments describe.
  var check: Check {
    Check(
      metricName: metric, metricValue: value, entity: Entity(campaignID: campaign, adID: ad),
      campaignName: name ?? campaign, context: JSONObject(context.map { ($0.key, $0.value) }),
      alertTypes: type.isEmpty ? nil : type)
  }

  func run() async throws {
    try await connection.withClient { client in
      guard !explain else { return try await explain(client) }
      let answer = try await client.check(check)
      let console = Console.current
      if connection.json {
        console.print(answer.json.text)
      } else {
        for line in lines(answer.value) { console.show(line) }
      }
      if answer.value.alerts.isEmpty, answer.value.suppressed.isEmpty, let remark = await remark(client) {
        console.complain("tocsin: \(Printable.line(remark))")
      }
      if failOnAlert, !answer.value.alerts.isEmpty { throw CommandFailure(.alertRaised, lines: []) }
    }
  }

  private func explain(_ client: TocsinClient) async throws {
    let answer = try await client.explain(check)
    let console = Console.current
    guard !connection.json else { return console.print(answer.json.text) }
    // Not cut to the terminal's width: the reasons are what was asked for.
    for line in ExplanationLines(answer.value).lines {
      console.print(line.text(colors: console.showsColors, width: nil))
    }
  }

  /// What a check that nothing came of may have been sent in vain for; nil where a rule watches its metric, and where
  /// the rules cannot be read: the check itself is done.
  private func remark(_ client: TocsinClient) async -> String? {
    do {
      return WatchedMetrics(try await client.rules().value).remark(on: check)
    } catch {
      return nil
    }
  }

  private func lines(_ outcome: CheckOutcome) -> [StyledLine] {
    func plain(_ text: String) -> StyledLine { StyledLine(StyledLine.Piece(text)) }
    var lines: [StyledLine] = outcome.alerts.isEmpty ? [plain("no alert")] : []
    for alert in outcome.alerts {
      lines.append(AlertLine(alert).line)
      lines.append(plain("  \(Printable.line(alert.message))"))
    }
    lines += outcome.suppressed.map { plain(ExplanationLines.silence($0)) }
    if !outcome.persisted {
      lines.append(plain("The database is away: the alerts are out, and will be written when it is back."))
    }
    return lines
  }
}
