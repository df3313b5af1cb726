import NIOCore
package import NIOPosix
import NIOSSL
import TocsinClient

/// The clients of a stream measurement, on threads of their own.
package struct StreamRunner {
  private let plan: StreamPlan
  private let audiences: [NIOLoopBound<StreamAudience>]

  /// Opens all streams.
  /// - Throws: ``BenchError`` where none can be opened
  package static func open(_ plan: StreamPlan, on group: MultiThreadedEventLoopGroup) async throws -> StreamRunner {
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
    do {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for audience in audiences { tasks.addTask { try await audience.flatSubmit { $0.connect() } } }
        try await tasks.waitForAll()
      }
    } catch {
      throw BenchError.unreachable(BenchError.reason(error))
    }
    return StreamRunner(plan: plan, audiences: audiences)
  }

  /// Waits until as many events have arrived as are expected, or for so many seconds.
  /// - Parameters:
  ///   - load: what was sent, and at which rate
  ///   - published: what was counted of it, for how many seconds
  /// - Returns: what arrived
  package func report(
    of load: LoadPlan, rate: Double, published: LoadResult, seconds: Double, waiting patience: Double
  ) async throws -> StreamReport {
    let expected = published.raised.reduce(0) { total, item in
      guard let campaigns = plan.campaigns else { return total + Int(item.alerts) * plan.clients }
      let campaign = Int(item.sequence) % campaigns
      return total + Int(item.alerts) * (campaign < plan.clients ? (plan.clients - campaign - 1) / campaigns + 1 : 0)
    }
    let deadline = ContinuousClock.now + .milliseconds(Int64(patience * 1000))
    while true {
      var heard: [StreamAudience.Result] = []
      for audience in audiences { heard.append(try await audience.submit { $0.result }) }
      if heard.reduce(0, { $0 + $1.delivered }) >= expected || ContinuousClock.now >= deadline {
        return StreamReport(
          audience: plan, load: load, rate: rate, published: published, seconds: seconds, heard: heard)
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Closes all streams.
  package func close() async throws {
    for audience in audiences { try await audience.submit { $0.close() } }
  }
}
