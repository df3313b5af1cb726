import ArgumentParser
import NIOCore
import NIOPosix
import TocsinBench
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
    let listening = StreamPlan(
      servers: servers, clients: clients, workers: threads, campaigns: subscribeCampaigns, shape: shape,
      timeout: .milliseconds(Int64(options.timeout * 1000)))
    let load = LoadPlan(
      servers: publishUrl.isEmpty ? servers : try ConnectionOptions.servers(publishUrl),
      check: shape.traced(campaigns: subscribeCampaigns ?? 1), pace: .open(rate: rate), duration: options.duration,
      connections: connections, workers: 1, timeout: options.timeout, recordsRaised: true)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: threads + 1)
    let runner = try await options.connect(load, on: group)
    let streams = try await open(listening, on: group)
    let (published, seconds) = try await runner.run { Console.current.progress($0) }
    let report = try await streams.report(
      of: load, rate: rate, published: published, seconds: seconds, waiting: drain)
    try await streams.close()
    try await group.shutdownGracefully()
    let lines = options.json ? [report.json.text] : report.lines
    for line in lines { Console.current.print(line) }
    guard report.isExact else {
      throw CommandFailure(.refused, "tocsin: not every event arrived exactly once")
    }
  }

  private func open(_ plan: StreamPlan, on group: MultiThreadedEventLoopGroup) async throws -> StreamRunner {
    Console.current.progress("opening \(plan.clients) streams")
    do {
      return try await StreamRunner.open(plan, on: group)
    } catch BenchError.unreachable(let reason) {
      throw CommandFailure(.unreachable, "tocsin: no stream can be opened: \(Printable.line(reason))")
    }
  }
}
