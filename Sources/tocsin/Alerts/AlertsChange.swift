import ArgumentParser
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin alerts acknowledge`
struct AlertsAcknowledge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "acknowledge", abstract: "Say that somebody looks after alerts.",
    discussion: """
      Examples:
        tocsin alerts acknowledge 0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a
        tocsin alerts acknowledge 0197a3c2-5b1e --user kim
        tocsin alerts acknowledge --campaign c1

      An alert that is acknowledged or resolved already stays as it is.
      """)

  @OptionGroup var change: AlertChangeOptions

  func run() async throws {
    try await change.run(
      AlertChange(action: .acknowledge, done: "acknowledged") { client, id, user in
        try await client.acknowledge(id, user: user)
      })
  }
}

/// `tocsin alerts resolve`
struct AlertsResolve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Say that alerts are over.",
    discussion: """
      Examples:
        tocsin alerts resolve 0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a
        tocsin alerts resolve 0197a3c2-5b1e --user kim
        tocsin alerts resolve --campaign c1

      An alert that is resolved already stays as it is. Resolving does not end a rule's cooldown.
      """)

  @OptionGroup var change: AlertChangeOptions

  func run() async throws {
    try await change.run(
      AlertChange(action: .resolve, done: "resolved") { client, id, user in
        try await client.resolve(id, user: user)
      })
  }
}

/// An acknowledgement or a resolution.
struct AlertChange: Sendable {
  let action: AlertAction
  /// What is said once it is done.
  let done: String
  let apply: @Sendable (TocsinClient, _ alertID: String, _ user: String) async throws -> JSON
}

/// What acknowledging and resolving have in common.
struct AlertChangeOptions: ParsableArguments {
  @Argument(help: "The alerts' ids, or their beginnings where no other alert's is the same.")
  var ids: [String] = []

  @Option(name: .long, help: ArgumentHelp("All open alerts of this campaign; may be repeated.", valueName: "id"))
  var campaign: [String] = []

  @OptionGroup var user: UserOption

  @OptionGroup var connection: ConnectionOptions

  mutating func validate() throws {
    guard ids.isEmpty != campaign.isEmpty else {
      throw ArgumentParser.ValidationError("Name alerts by their ids or by --campaign.")
    }
  }

  func run(_ change: AlertChange) async throws {
    guard let name = try user.name() else {
      throw CommandFailure(.usage, "tocsin: there is no user name: set --user or TOCSIN_USER")
    }
    try await connection.withClient(user: name) { client in
      var changer = AlertChanger(client: client, change: change, user: name, json: connection.json)
      if ids.isEmpty { try await changer.run(campaigns: campaign) } else { try await changer.run(ids: ids) }
    }
  }
}

/// Changes one alert after the other, and says what became of each.
struct AlertChanger {
  let client: TocsinClient
  let change: AlertChange
  let user: String
  let json: Bool
  private var changed = 0
  private var unchanged = 0

  init(client: TocsinClient, change: AlertChange, user: String, json: Bool) {
    self.client = client
    self.change = change
    self.user = user
    self.json = json
  }

  /// Changes these. One that the server does not know does not keep the others from it.
  mutating func run(ids: [String]) async throws {
    let finder = AlertFinder(client: client)
    // Before anything is changed: what is ambiguous is wrong usage.
    var whole: [String] = []
    var failure: CommandFailure?
    for id in ids {
      do { whole.append(try await finder.id(of: id)) } catch let error as CommandFailure where error.status == .refused
      {
        for line in error.lines { Console.current.complain(line) }
        failure = CommandFailure(.refused, lines: [])
      }
    }
    for id in whole {
      do {
        try await apply(to: id, title: nil)
      } catch let error as ClientError where error.code == .notFound {
        Console.current.complain("tocsin: there is no alert \(Printable.line(id))")
        failure = CommandFailure(.refused, lines: [])
      }
    }
    if let failure { throw failure }
  }

  /// Changes all alerts of these campaigns that can still be changed.
  mutating func run(campaigns: [String]) async throws {
    let query = AlertSelection(campaignIDs: campaigns, isAcknowledged: change.action == .acknowledge ? false : nil)
    let found = try await client.alerts(query, count: .max)
    for alert in found.alerts {
      do {
        try await apply(to: alert.alertID.description, title: alert.title)
      } catch let error as ClientError where error.code == .notFound {
        // Retention was faster.
        continue
      }
    }
    guard !json else { return }
    let names = campaigns.map { Printable.line($0) }.joined(separator: ", ")
    if found.alerts.isEmpty {
      let what = change.action == .acknowledge ? "no open alert that is not acknowledged" : "no open alert"
      Console.current.print("\(names): \(what)")
    } else {
      Console.current.print("\(changed) \(change.done)" + (unchanged > 0 ? ", \(unchanged) already were" : ""))
    }
  }

  private mutating func apply(to id: String, title: String?) async throws {
    let answer = try await change.apply(client, id, user)
    let isChanged = answer.object?["changed"]?.bool ?? true
    if isChanged { changed += 1 } else { unchanged += 1 }
    let console = Console.current
    if json { return console.print(answer.text) }
    let words = isChanged ? change.done : await AlertChanger.standing(of: id, client, else: change.done)
    console.show(
      StyledLine(
        StyledLine.Piece("\(words)  \(Printable.line(id))" + (title.map { "  \(Printable.line($0))" } ?? ""))))
  }

  /// `already acknowledged by kim`
  private static func standing(of id: String, _ client: TocsinClient, else done: String) async -> String {
    guard let alert = try? await client.alert(id).value else { return "already \(done)" }
    let mark = alert.resolution ?? alert.acknowledgement
    let word = alert.resolution != nil ? "resolved" : done
    return "already \(word)" + (mark?.by.map { " by \(Printable.line($0))" } ?? "")
  }
}
