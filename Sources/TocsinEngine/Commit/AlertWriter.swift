import Logging
import ServiceLifecycle
import Synchronization
import TocsinCore
import TocsinMetrics

/// Writes alerts to PostgreSQL in groups: what arrives while a transaction is under way goes together in the next.
///
/// A caller waits at most ``patience``; after that, or at once while PostgreSQL is known to be away, it is told
/// ``CommitAnswer/late`` and the alert goes the way of `unwritten`.
package final class AlertWriter: Service {
  typealias Waiter = CheckedContinuation<CommitAnswer, Never>
  typealias State = GroupCommitState<Waiter>

  private let state: Mutex<State>
  private let insert: AlertInserter
  private let patience: Duration
  private let clock: any EngineClock
  private let shortages: Shortages
  private let metrics: EngineMetrics
  private let logger: Logger
  private let wakes: [Signal]
  private let deadlines = Signal()

  init(
    insert: AlertInserter, writers: Int, rowLimit: Int, patience: Duration, clock: any EngineClock,
    shortages: Shortages, metrics: EngineMetrics, logger: Logger
  ) {
    state = Mutex(State(rowLimit: rowLimit))
    self.insert = insert
    self.patience = patience
    self.clock = clock
    self.shortages = shortages
    self.metrics = metrics
    self.logger = logger
    wakes = (0..<writers).map { _ in Signal() }
  }

  /// Writes alerts, together with what others want written.
  func write(_ alerts: [StoredAlert]) async -> CommitAnswer {
    await withCheckedContinuation { waiter in
      let deadline = clock.now + patience
      let answer = state.withLock {
        $0.submit(State.Submission(alerts: alerts, deadline: deadline, waiter: waiter))
      }
      if let answer {
        waiter.resume(returning: answer)
      } else {
        for wake in wakes { wake.send() }
        deadlines.send()
      }
    }
  }

  /// Whether the last attempt to write failed because PostgreSQL was away.
  var isAway: Bool { state.withLock { $0.isAway } }

  /// PostgreSQL was seen to answer: callers wait for their commits again.
  func postgresIsBack() {
    state.withLock { $0.back() }
  }

  /// Writes until the service shuts down; then what waits is still written.
  package func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      for wake in wakes {
        group.addTask { await self.writeBatches(on: wake) }
      }
      group.addTask { await self.watchDeadlines() }
      await withGracefulShutdownHandler {
        await group.waitForAll()
      } onGracefulShutdown: {
        self.state.withLock { $0.close() }
        for wake in self.wakes { wake.finish() }
        self.deadlines.finish()
      }
    }
    answer(state.withLock { $0.expire(at: clock.now + patience) })
  }

  private func writeBatches(on wake: Signal) async {
    for await _ in wake.signals { await writeAll() }
    await writeAll()
  }

  private func writeAll() async {
    while let batch = state.withLock({ $0.next() }) {
      let start = clock.now
      do {
        let refused = try await insert.insert(batch.alerts)
        metrics.commit.observe(clock.now - start)
        metrics.commitRows.observe(Double(batch.alerts.count))
        answer(state.withLock { $0.written(batch.number, refused: refused) })
      } catch {
        shortages.failed(error)
        // A shortage has been told of.
        logger.log(
          level: error.shortage == nil ? .warning : .debug, "alerts could not be written to PostgreSQL yet",
          metadata: ["error": "\(error)"])
        answer(state.withLock { $0.away(batch.number) })
      }
    }
  }

  private func watchDeadlines() async {
    for await _ in deadlines.signals {
      while let deadline = state.withLock({ $0.earliestDeadline }) {
        do { try await clock.sleep(until: deadline, tolerance: nil) } catch { return }
        answer(state.withLock { $0.expire(at: clock.now) })
      }
    }
  }

  private func answer(_ answers: [(Waiter, CommitAnswer)]) {
    for (waiter, answer) in answers { waiter.resume(returning: answer) }
  }
}
