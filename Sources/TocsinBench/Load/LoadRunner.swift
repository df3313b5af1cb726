import Histogram
import NIOCore
package import NIOPosix
import NIOSSL
import TocsinClient

/// Runs a measurement on threads of its own.
package struct LoadRunner {
  private let plan: LoadPlan
  private let group: MultiThreadedEventLoopGroup
  private let workers: [NIOLoopBound<LoadWorker>]

  /// Opens all connections.
  /// - Throws: ``BenchError`` where a server cannot be reached
  package static func connect(_ plan: LoadPlan, on group: MultiThreadedEventLoopGroup) async throws -> LoadRunner {
    let tls =
      plan.servers.contains(where: \.usesTLS) ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
    var workers: [NIOLoopBound<LoadWorker>] = []
    for number in 0..<plan.workers {
      let eventLoop = group.next()
      workers.append(
        try await eventLoop.submit {
          NIOLoopBound(LoadWorker(plan, number: number, eventLoop: eventLoop, tls: tls), eventLoop: eventLoop)
        }.get())
    }
    let runner = LoadRunner(plan: plan, group: group, workers: workers)
    do {
      for worker in workers { try await worker.flatSubmit { $0.connect() } }
    } catch {
      try await runner.stop()
      throw BenchError.unreachable(BenchError.reason(error))
    }
    return runner
  }

  /// Sends until the plan is through.
  /// - Parameter progress: called each second with what was counted, as a line for people; with an empty one at the end
  /// - Returns: what was counted, and for how many seconds
  package func run(
    progress: @escaping @Sendable (String) -> Void
  ) async throws -> (result: LoadResult, seconds: Double) {
    let start = LoadWorker.now + 10_000_000
    try await withThrowingTaskGroup(of: Bool.self) { tasks in
      for worker in workers {
        tasks.addTask {
          try await worker.flatSubmit { $0.begin(at: start) }
          return true
        }
      }
      tasks.addTask {
        try await report(progress)
        return false
      }
      var running = workers.count
      while running > 0, let ended = try await tasks.next() {
        if ended { running -= 1 }
      }
      tasks.cancelAll()
    }
    progress("")
    let result = try await collect()
    let end = max(result.lastAnswer, start + UInt64(plan.duration * 1e9))
    return (result, Double(end - start) / 1e9)
  }

  /// What was counted so far.
  func collect() async throws -> LoadResult {
    var total = LoadResult()
    for worker in workers { total.merge(try await worker.submit { $0.result }) }
    return total
  }

  private func stop() async throws {
    for worker in workers { try await worker.submit { $0.finish() } }
  }

  private func report(_ progress: @Sendable (String) -> Void) async throws {
    var before: UInt64 = 0
    var second = 0
    while !Task.isCancelled {
      do { try await Task.sleep(for: .seconds(1)) } catch { return }
      second += 1
      let result = try await collect()
      let errors = result.errors.reduce(0) { $0 + $1.1 }
      let p99 = Double(result.latencies.valueAtPercentile(99) / 1000) / 1000
      progress(
        "\(second) s  \(result.succeeded - before) requests/s  p99 \(p99) ms  errors \(errors)")
      before = result.succeeded
    }
  }
}

extension NIOLoopBound where Value: AnyObject {
  /// Runs `body` on the value's event loop.
  func submit<Result: Sendable>(_ body: @escaping @Sendable (Value) throws -> Result) async throws -> Result {
    try await eventLoop.submit { try body(value) }.get()
  }

  /// Runs `body` on the value's event loop and waits for its future.
  func flatSubmit<Result: Sendable>(
    _ body: @escaping @Sendable (Value) -> EventLoopFuture<Result>
  ) async throws -> Result {
    try await eventLoop.flatSubmit { body(value) }.get()
  }
}
