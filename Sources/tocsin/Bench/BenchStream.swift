import ArgumentParser
import NIOCore
import NIOPosix
import NIOSSL
import TocsinClient
import TocsinCore
import TocsinJSON

/// `tocsin bench stream`
struct BenchStream: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract: "Measure how fast alerts reach open streams, and whether all of them do.",
    discussion: """
      Examples:
        tocsin bench stream --clients 1000 --rate 100
        tocsin bench stream --clients 5000 --subscribe-campaigns 50 --rate 500 --duration 30 --json
        tocsin bench stream --url http://a:8000 --publish-url http://b:8000

      Opens WebSocket clients, then sends firing checks at a fixed rate. Each carries its number and the time at which \
      it was due (t_ns, monotonic clock); latency runs from there to the event's arrival, through check, storage and \
      push. Afterwards every client's events are compared with what the checks' answers said: missing, repeated, stray \
      (to a client that had not subscribed to them).
      Exit status: 0 nothing is missing or repeated, 1 something is, 2 bad usage, 3 no server.
      """)

  @Option(name: .long, help: ArgumentHelp("How many streams are open.", valueName: "n"))
  var clients = 100

  @Option(name: .long, help: ArgumentHelp("So many checks a second.", valueName: "n"))
  var rate: Double = 100

  @Option(
    name: .long,
    help: ArgumentHelp("Each client subscribes to one of so many campaigns. (default: to everything)", valueName: "k"))
  var subscribeCampaigns: Int?

  @Option(
    name: .long, help: ArgumentHelp("Where checks are sent, if elsewhere than --url.", valueName: "url"))
  var publishUrl: [String] = []

  @Option(name: .long, help: ArgumentHelp("How many connections send checks.", valueName: "n"))
  var connections = 16

  @Option(
    name: .long, help: ArgumentHelp("How long the last events are waited for.", valueName: "seconds"))
  var drain: Double = 5

  @OptionGroup var options: BenchOptions

  mutating func validate() throws {
    guard (1...19_000).contains(clients) else {
      throw ArgumentParser.ValidationError("--clients must be 1 to 19000; start several processes for more.")
    }
    guard rate > 0, rate * options.duration <= 10_000_000 else {
      throw ArgumentParser.ValidationError("--rate times --duration must be above 0, at most 10000000.")
    }
    guard subscribeCampaigns.map({ $0 >= 1 }) ?? true, (1...1000).contains(connections), drain >= 0 else {
      throw ArgumentParser.ValidationError("--subscribe-campaigns, --connections (up to 1000) must be at least 1.")
    }
  }

  func run() async throws {
    OpenFiles.allowMany()
    let shape = options.shape(fires: true)
    let servers = try ConnectionOptions.servers(options.url)
    let threads = min(options.threadCount, clients)
    let listening = StreamAudience.Plan(
      servers: servers, clients: clients, workers: threads, campaigns: subscribeCampaigns, shape: shape,
      timeout: .milliseconds(Int64(options.timeout * 1000)))
    let load = LoadPlan(
      servers: publishUrl.isEmpty ? servers : try ConnectionOptions.servers(publishUrl),
      check: shape.traced(campaigns: subscribeCampaigns ?? 1), pace: .open(rate: rate), duration: options.duration,
      connections: connections, workers: 1, timeout: options.timeout, recordsRaised: true)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: threads + 1)
    let runner = try await LoadRunner.connect(load, on: group)
    let audiences = try await open(listening, on: group)
    let (published, seconds) = try await runner.run()
    let heard = try await drained(audiences, published: published)
    for audience in audiences { try await audience.submit { $0.close() } }
    try await group.shutdownGracefully()
    let report = StreamReport(
      audience: listening, load: load, rate: rate, published: published, seconds: seconds, heard: heard)
    let lines = options.json ? [report.json.text] : report.lines
    for line in lines { Console.current.print(line) }
    let outcome = report.outcome
    if outcome.missing > 0 || outcome.repeated > 0 || outcome.stray > 0 || published.succeeded == 0 {
      throw CommandFailure(.refused, "tocsin: not every event arrived exactly once")
    }
  }

  private func open(
    _ plan: StreamAudience.Plan, on group: MultiThreadedEventLoopGroup
  ) async throws -> [NIOLoopBound<StreamAudience>] {
    let tls =
      plan.servers.contains(where: \.usesTLS) ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
    var audiences: [NIOLoopBound<StreamAudience>] = []
    for number in 0..<plan.workers {
      let eventLoop = group.next()
      audiences.append(
        try await eventLoop.submit {
          NIOLoopBound(StreamAudience(plan, number: number, eventLoop: eventLoop, tls: tls), eventLoop: eventLoop)
        }.get())
    }
    Console.current.progress("opening \(plan.clients) streams")
    do {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for audience in audiences { tasks.addTask { try await audience.flatSubmit { $0.connect() } } }
        try await tasks.waitForAll()
      }
    } catch {
      throw CommandFailure(.unreachable, "tocsin: no stream can be opened: \(LoadRunner.reason(error))")
    }
    return audiences
  }

  /// Waits until as many events have arrived as are expected, or for `drain` seconds.
  private func drained(
    _ audiences: [NIOLoopBound<StreamAudience>], published: LoadResult
  ) async throws -> [StreamAudience.Result] {
    let share = published.raised.reduce(0) { total, item in
      guard let campaigns = subscribeCampaigns else { return total + Int(item.alerts) * clients }
      let campaign = Int(item.sequence) % campaigns
      return total + Int(item.alerts) * (campaign < clients ? (clients - campaign - 1) / campaigns + 1 : 0)
    }
    let deadline = ContinuousClock.now + .milliseconds(Int64(drain * 1000))
    while true {
      var heard: [StreamAudience.Result] = []
      for audience in audiences { heard.append(try await audience.submit { $0.result }) }
      if heard.reduce(0, { $0 + $1.delivered }) >= share || ContinuousClock.now >= deadline { return heard }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
