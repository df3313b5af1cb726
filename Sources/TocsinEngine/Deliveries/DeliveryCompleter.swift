import Logging
import ServiceLifecycle
import Support
import Synchronization
import TocsinCore
import TocsinMetrics

/// Writes down what came of deliveries, in groups, and tells clients. A result that could not be written because PostgreSQL
/// is away is kept until it can.
package final class DeliveryCompleter: Service {
  /// A result, and the alert that it is about.
  struct Entry: Sendable {
    var result: DeliveryResult
    var alert: Alert
    /// Called once nothing more is tried to write it.
    var whenWritten: @Sendable () -> Void
  }

  private let store: any DeliveryStore
  private let publisher: StatusPublisher
  private let grace: TakeoverGrace
  private let clock: any EngineClock
  private let metrics: DeliveryMetrics
  private let logger: Logger
  private let queue = LaneQueue<Entry>()
  private let behind = Atomic<Bool>(false)
  private let limit = 500

  init(
    store: any DeliveryStore, publisher: StatusPublisher, grace: TakeoverGrace, clock: any EngineClock,
    metrics: DeliveryMetrics, logger: Logger
  ) {
    self.store = store
    self.publisher = publisher
    self.grace = grace
    self.clock = clock
    self.metrics = metrics
    self.logger = logger
  }

  /// Completes an attempt, or a delivery that is not tried any more. After the end of ``run()`` it is dropped: the lease runs
  /// out, and the attempt is made again.
  /// - Parameters:
  ///   - settlement: what follows
  ///   - start: when the attempt began
  ///   - end: when it ended
  ///   - routing: says who is notified instead
  ///   - whenWritten: called once nothing more is tried to write it
  func complete(
    _ item: DispatchStateMachine.Item, _ outcome: DeliveryOutcome, _ settlement: RetryPolicy.Settlement,
    from start: ContinuousClock.Instant, to end: ContinuousClock.Instant, _ routing: RoutingSnapshot,
    whenWritten: @escaping @Sendable () -> Void = {}
  ) {
    let leased = item.leased
    let planned = leased.planned
    let result = DeliveryResult(
      id: planned.id, alertID: planned.alertID, tenant: leased.tenant, outcome: outcome, settlement: settlement,
      milliseconds: Int((end - start).seconds * 1000),
      fallbacks: routing.fallbacks(of: planned, settlement, age: item.age(at: end)),
      progress: leased.progress.adding(outcome.failure?.progress ?? DeliveryProgress()))
    _ = queue.append(Entry(result: result, alert: leased.alert, whenWritten: whenWritten), weight: 1)
    guard case .dead(let reason) = settlement else { return }
    metrics.gaveUp(planned.channel)
    logger.warning(
      "a delivery was given up",
      metadata: [
        "delivery_id": "\(planned.id)", "alert_id": "\(planned.alertID)",
        "receiver": "\(planned.target.receiver)", "reason": "\(reason)",
      ])
  }

  /// Whether PostgreSQL did not take the last results.
  var isBehind: Bool { behind.load(ordering: .relaxed) }

  /// Writes until the service shuts down; then what was added is still written.
  package func run() async throws {
    await withTaskCancellationHandler {
      await withGracefulShutdownHandler {
        while true {
          let entries = await queue.next(limit: limit)
          if entries.isEmpty { return }
          await write(entries[...])
          for entry in entries { entry.whenWritten() }
        }
      } onGracefulShutdown: {
        self.queue.close()
      }
    } onCancel: {
      queue.close()
    }
  }

  private func write(_ entries: ArraySlice<Entry>) async {
    var backoff = Backoff(base: .milliseconds(50), cap: .milliseconds(500))
    while true {
      do {
        let changes = try await store.complete(entries.map(\.result))
        behind.store(false, ordering: .relaxed)
        await publisher.publish(changes, alerts: entries.map(\.alert))
        return
      } catch {
        guard error.code == .unavailable, !Task.isCancelled else {
          await refused(entries, error)
          return
        }
        behind.store(true, ordering: .relaxed)
        grace.begin()
        logger.debug(
          "results of deliveries wait for PostgreSQL", metadata: ["count": .stringConvertible(entries.count)])
        try? await clock.sleep(for: backoff.next())
      }
    }
  }

  /// A result that PostgreSQL refuses hurts no other: the group is halved until the culprit stands alone. Its lease runs
  /// out, and the attempt is made again.
  private func refused(_ entries: ArraySlice<Entry>, _ error: StoreError) async {
    if entries.count > 1, !Task.isCancelled {
      let middle = entries.startIndex + entries.count / 2
      await write(entries[..<middle])
      await write(entries[middle...])
    } else {
      logger.error(
        "the result of a delivery could not be written",
        metadata: ["delivery_id": "\(entries.first?.result.id.description ?? "")", "error": "\(error)"])
    }
  }
}
