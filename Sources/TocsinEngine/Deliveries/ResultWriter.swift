import Logging
public import ServiceLifecycle
import Synchronization
import TocsinCore

/// Writes down what came of attempts, in groups, and tells clients. A result that could not be written because PostgreSQL
/// is away is kept until it can.
public final class ResultWriter: Service {
  /// A result, and the alert that it is about.
  struct Entry: Sendable {
    var result: DeliveryResult
    var alert: Alert
  }

  private let store: any DeliveryStore
  private let journal: any CooldownJournal
  private let logger: Logger
  private let queue = LaneQueue<Entry>()
  private let waiting = Atomic<Int>(0)
  private let limit = 500

  init(store: any DeliveryStore, journal: any CooldownJournal, logger: Logger) {
    self.store = store
    self.journal = journal
    self.logger = logger
  }

  /// Passes a result on.
  func add(_ entry: Entry) {
    waiting.wrappingAdd(1, ordering: .relaxed)
    if !queue.append(entry, weight: 1) { waiting.wrappingSubtract(1, ordering: .relaxed) }
  }

  /// How many results are not written yet.
  var waitingCount: Int { waiting.load(ordering: .relaxed) }

  /// Ends ``run()`` once what was added is written.
  func finish() {
    queue.close()
  }

  /// Writes until ``finish()``.
  public func run() async throws {
    await withTaskCancellationHandler {
      while true {
        let entries = await queue.next(limit: limit)
        if entries.isEmpty { return }
        await write(entries)
        waiting.wrappingSubtract(entries.count, ordering: .relaxed)
      }
    } onCancel: {
      queue.close()
    }
  }

  private func write(_ entries: [Entry]) async {
    var backoff = Backoff()
    while true {
      do {
        let settled = try await store.settle(entries.map(\.result))
        await announce(settled, alerts: entries.map(\.alert))
        return
      } catch {
        guard error.code == .unavailable, !Task.isCancelled else {
          // The leases run out, and somebody tries again: at least once is kept.
          logger.error("results of deliveries could not be written", metadata: ["error": "\(error)"])
          return
        }
        logger.debug("results of deliveries wait for PostgreSQL", metadata: ["count": "\(entries.count)"])
        try? await Task.sleep(for: backoff.next())
      }
    }
  }

  /// Tells clients that asked for it. What cannot be told now is not told later: the list over HTTP says it.
  private func announce(_ settled: [SettledAlert], alerts: [Alert]) async {
    if settled.isEmpty { return }
    let byID = Dictionary(alerts.map { ($0.alertID, $0) }, uniquingKeysWith: { first, _ in first })
    let envelopes = settled.compactMap { change -> [UInt8]? in
      guard let alert = byID[change.alertID] else { return nil }
      let status = change.status.merging(["database": true, "websocket": true]) { _, new in new }
      return EventEnvelope.update(alert, notificationStatus: status, at: journal.now(), tenant: change.tenant).encoded()
    }
    do {
      try await journal.announce(updates: envelopes)
    } catch {
      logger.debug("changes of notification_status could not be announced", metadata: ["error": "\(error)"])
    }
  }
}
