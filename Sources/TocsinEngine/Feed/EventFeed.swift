import Logging
import ServiceLifecycle
import Synchronization
package import TocsinCore
import TocsinMetrics

/// The node's view of the event log: what the cluster publishes, in the log's order, each event once, with every
/// gap filled before anything later is passed on.
package final class EventFeed: Service {
  private enum Input: Sendable {
    case listening
    case disconnected
    case batch(EventBatch)
    /// The node works in Redis' epoch.
    case settled(epoch: String)
  }

  private struct State {
    var position: EventID?
    var lost: EventID?
    var sink: (any EventSink)?
  }

  private let state = Mutex(State())
  private let log: any EventLog
  private let metrics: EngineMetrics
  private let logger: Logger
  private let inputs: AsyncStream<Input>
  private let input: AsyncStream<Input>.Continuation
  private let pageSize = 1000

  init(log: any EventLog, metrics: EngineMetrics, logger: Logger) {
    self.log = log
    self.metrics = metrics
    self.logger = logger
    (inputs, input) = AsyncStream.makeStream(of: Input.self)
  }

  /// The newest event that was passed on; nil before the node knows the log.
  package var position: EventID? { state.withLock { $0.position } }

  /// What the log must still have, unless the server lost it: the newest event that was passed on; where the log could
  /// not fill a gap, the place before the gap, until ``verified(_:)`` says that it was only trimmed.
  var placeToVerify: EventID? { state.withLock { $0.lost ?? $0.position } }

  /// The log has lost nothing up to that place.
  func verified(_ place: EventID) {
    state.withLock { if $0.lost == place { $0.lost = nil } }
  }

  /// Says who gets the events. One sink; attach it before the feed runs.
  package func attach(_ sink: any EventSink) {
    state.withLock { $0.sink = sink }
  }

  /// Events after that place, from the log itself.
  /// - Returns: nil where the place is of another epoch, or events after it were trimmed
  package func events(after place: EventID, limit: Int) async throws(StoreError) -> [LoggedEvent]? {
    try await log.events(after: place, limit: limit)
  }

  /// Whether the log has lost nothing up to that place; what it trimmed is not lost.
  func isLogIntact(upTo place: EventID) async throws(StoreError) -> Bool {
    try await log.isIntact(upTo: place)
  }

  /// A publication arrived.
  func receive(_ batch: EventBatch) {
    input.yield(.batch(batch))
  }

  /// The subscription is there; what was published since it was lost is missing.
  func listening() {
    input.yield(.listening)
  }

  /// The subscription is lost.
  func disconnected() {
    input.yield(.disconnected)
  }

  /// The node works in that epoch now; questions that failed can be asked again.
  func settled(in epoch: String) {
    input.yield(.settled(epoch: epoch))
  }

  /// Passes events on until the service shuts down.
  package func run() async throws {
    await withGracefulShutdownHandler {
      var feed = FeedState()
      for await input in inputs {
        switch input {
        case .listening: await perform(feed.listening(), &feed)
        case .disconnected: feed.disconnected()
        case .batch(let batch): await perform(feed.receive(batch), &feed)
        case .settled(let epoch):
          let action = feed.epochBegan(epoch)
          await perform(action == .none ? FeedState.Action(ask: feed.pending) : action, &feed)
        }
      }
    } onGracefulShutdown: {
      self.input.finish()
    }
  }

  /// Performs an action, and those that the answers to its question lead to.
  private func perform(_ first: FeedState.Action, _ feed: inout FeedState) async {
    var next: FeedState.Action? = first
    while let action = next {
      next = nil
      publish(action, position: feed.position)
      do {
        switch action.ask {
        case .fill(let place):
          metrics.feedGaps.increment()
          let events = try await log.events(after: place, limit: pageSize)
          next = feed.filled(after: place, with: events, isComplete: (events?.count ?? 0) < pageSize)
        case .newest: next = feed.located(try await log.newest())
        case nil: break
        }
      } catch {
        // The question stays pending: it is asked again once the node has settled in Redis' epoch.
        logger.debug("a gap could not be filled yet", metadata: ["error": "\(error)"])
      }
    }
  }

  private func publish(_ action: FeedState.Action, position: EventID?) {
    guard action.resync != nil || !action.events.isEmpty else { return }
    let sink = state.withLock { state in
      switch action.resync?.reason {
      // The feed goes on from the end of maybe another server's log: where it was before must not be forgotten.
      case .eventsLost: state.lost = state.lost ?? state.position
      case .epochChanged, .started: state.lost = nil
      case nil: break
      }
      state.position = position
      return state.sink
    }
    if let resync = action.resync {
      metrics.resyncs.increment()
      sink?.resync(reason: resync.reason.rawValue, position: resync.place)
    }
    if !action.events.isEmpty { sink?.deliver(action.events) }
  }
}
