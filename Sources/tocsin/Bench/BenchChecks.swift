import ArgumentParser
import NIOCore
import NIOPosix
import TocsinBench
import TocsinJSON

/// `tocsin bench checks`
struct BenchChecks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checks",
    abstract: "Measure how many checks a cluster answers, and how fast.",
    discussion: """
      Examples:
        tocsin bench checks --rate 5000 --duration 30
        tocsin bench checks --rate 500 --fire --url http://a:8000,http://b:8000
        tocsin bench checks --concurrency 64 --batch 100 --json

      --rate sends at fixed times, whatever the server does, and measures from the time at which a request was due: \
      a server that stalls cannot hide the requests that came meanwhile. --concurrency sends the next request when \
      the answer is there, which shows the highest throughput but flatters latency.
      Latencies are those of requests answered with 2xx; all others are counted as errors, by status or by reason: \
      connection_lost, timed_out, malformed_answer, unsent (due, but no connection was free until --timeout after the \
      end). With --fire each check has a campaign of its own, so that no cooldown keeps it quiet.
      """)

  @Option(name: .long, help: ArgumentHelp("So many requests a second (open loop).", valueName: "n"))
  var rate: Double?

  @Option(name: .long, help: ArgumentHelp("So many requests at once (closed loop).", valueName: "n"))
  var concurrency: Int?

  @Option(name: .long, help: ArgumentHelp("How many connections; for --rate. (default: 64)", valueName: "n"))
  var connections: Int?

  @Option(name: .long, help: ArgumentHelp("So many checks in each request, 1 to 1000.", valueName: "n"))
  var batch: Int?

  @Flag(name: .long, help: "Send checks that fire.")
  var fire = false

  @OptionGroup var options: BenchOptions

  mutating func validate() throws {
    guard (rate == nil) != (concurrency == nil) else {
      throw ArgumentParser.ValidationError("Give either --rate or --concurrency.")
    }
    guard rate.map({ $0 > 0 && $0 <= 10_000_000 }) ?? true else {
      throw ArgumentParser.ValidationError("--rate must be above 0.")
    }
    guard concurrency == nil || connections == nil else {
      throw ArgumentParser.ValidationError("--connections belongs to --rate; --concurrency is their number already.")
    }
    guard (1...19_000).contains(connectionCount) else {
      throw ArgumentParser.ValidationError("The number of connections must be 1 to 19000.")
    }
    guard batch.map({ (1...1000).contains($0) }) ?? true else {
      throw ArgumentParser.ValidationError("--batch must be 1 to 1000.")
    }
  }

  private var connectionCount: Int { concurrency ?? connections ?? 64 }

  /// What is sent.
  func plan(_ shape: CheckShape) throws -> LoadPlan {
    LoadPlan(
      servers: try ConnectionOptions.servers(options.url), check: fire ? shape.firing : shape.quiet, batch: batch,
      pace: rate.map { .open(rate: $0) } ?? .closed, duration: options.duration, connections: connectionCount,
      workers: min(options.threadCount, connectionCount), timeout: options.timeout)
  }

  func run() async throws {
    OpenFiles.allowMany()
    let shape = options.shape(fires: fire)
    let plan = try plan(shape)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: plan.workers)
    let runner = try await options.connect(plan, on: group)
    let (result, seconds) = try await runner.run { Console.current.progress($0) }
    try await group.shutdownGracefully()
    let report = CheckReport(plan: plan, shape: shape, fires: fire, result: result, seconds: seconds)
    let lines = options.json ? [report.json.text] : report.lines
    for line in lines { Console.current.print(line) }
    guard result.succeeded > 0 else {
      throw CommandFailure(.refused, "tocsin: no request was answered as it should")
    }
  }
}
