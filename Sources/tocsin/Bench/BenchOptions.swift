import ArgumentParser
import Foundation
import NIOPosix
import TocsinBench
import TocsinClient

/// What all measurements have in common.
struct BenchOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A server's address; several with commas between them, or repeated: connections are spread over them. "
        + "(default: TOCSIN_URL, or http://127.0.0.1:8000)", valueName: "url"))
  var url: [String] = []

  @Option(name: .long, help: ArgumentHelp("How long it is measured.", valueName: "seconds"))
  var duration: Double = 10

  @Option(name: .long, help: ArgumentHelp("After how long a request counts as not answered.", valueName: "seconds"))
  var timeout: Double = 10

  @Option(
    name: .long, help: ArgumentHelp("How many threads measure. (default: one per processor, at most 4)", valueName: "n")
  )
  var threads: Int?

  @Option(name: .long, help: ArgumentHelp("The metric of the checks. (default: cpa)", valueName: "name"))
  var metric: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The value of the checks. (default: 150 where they fire, which is one alert each with the rules of a new "
        + "installation, else 50)", valueName: "number"))
  var value: Double?

  @Flag(name: .long, help: "Print the result as JSON.")
  var json = false

  mutating func validate() throws {
    guard duration > 0, duration <= 86_400 else { throw ArgumentParser.ValidationError("--duration must be above 0.") }
    guard timeout > 0, timeout <= 3600 else { throw ArgumentParser.ValidationError("--timeout must be above 0.") }
    guard threads.map({ (1...64).contains($0) }) ?? true else {
      throw ArgumentParser.ValidationError("--threads must be 1 to 64.")
    }
  }

  /// How many threads measure.
  var threadCount: Int { threads ?? max(1, min(4, ProcessInfo.processInfo.activeProcessorCount)) }

  /// What the checks look like.
  func shape(fires: Bool) -> CheckShape {
    var shape = CheckShape.usual(fires: fires, run: String(UInt32.random(in: .min ... .max), radix: 36))
    if let metric { shape.metric = metric }
    if let value { shape.value = value }
    return shape
  }

  /// Opens all connections of a measurement.
  /// - Throws: ``CommandFailure`` where a server cannot be reached
  func connect(_ plan: LoadPlan, on group: MultiThreadedEventLoopGroup) async throws -> LoadRunner {
    do {
      return try await LoadRunner.connect(plan, on: group)
    } catch BenchError.unreachable(let reason) {
      throw CommandFailure(
        .unreachable,
        "tocsin: \(plan.servers.map(\.description).joined(separator: ", ")): \(Printable.line(reason))",
        "Start a server with `tocsin serve` or `tocsin dev`, or name another one with --url or TOCSIN_URL.")
    }
  }
}
