import ArgumentParser
import TocsinClient
import TocsinCore

/// `tocsin watch`
struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Show alerts as they are raised, acknowledged and resolved.",
    discussion: """
      Examples:
        tocsin watch
        tocsin watch --campaign c1 --severity critical --severity high
        tocsin watch --json --count 10 | jq .data.title
        tocsin watch --last-event-id 5f0c.1772356500000-0

      An interrupted stream comes back by itself, on the next server if there are several, and goes on where it \
      stood. What could not be recovered is said: "events are missing". Ctrl-C ends it and tells on standard error \
      where to go on. With several kinds of filters all of them must match.
      Exit status: 0 ended by Ctrl-C or --count, 1 refused, 2 bad usage, 3 no server at the start.
      """)

  @Option(name: .long, help: ArgumentHelp("Only this campaign's; may be repeated.", valueName: "id"))
  var campaign: [String] = []

  @Option(name: .long, help: "Only of this severity; may be repeated.")
  var severity: [Severity] = []

  @Option(name: .long, help: "Only of this type; may be repeated.")
  var type: [AlertType] = []

  @Option(name: .long, help: ArgumentHelp("Begin after this event instead of now.", valueName: "event id"))
  var lastEventId: String?

  @Option(name: .long, help: ArgumentHelp("End after so many events.", valueName: "n"))
  var count: Int?

  @OptionGroup var connection: ConnectionOptions

  mutating func validate() throws {
    guard count.map({ $0 >= 1 }) ?? true else { throw ArgumentParser.ValidationError("--count must be at least 1.") }
  }

  func run() async throws {
    var options = EventStream.Options()
    options.timeout = connection.timeLimit
    let stream = EventStream(
      servers: try connection.servers(),
      filter: StreamFilter(campaignIDs: campaign, severities: severity, alertTypes: type),
      after: lastEventId, options: options)
    let watcher = Watcher(stream: stream, count: count, json: connection.json)
    try await untilStopped { try await watcher.run() }
  }

  /// Runs `body` until it ends or somebody asks the process to.
  private func untilStopped(_ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await body() }
      group.addTask {
        let signal = StopSignal()
        await signal.wait()
      }
      try await group.next()
      group.cancelAll()
      try await group.waitForAll()
    }
  }
}
