package import NIOCore

/// Sizes and times of the WebSocket interface.
package struct StreamConfiguration: Sendable {
  /// How often each client is pinged.
  package var pingInterval: TimeAmount = .seconds(25)
  /// A client of which nothing was heard for so long is closed.
  package var silenceLimit: TimeAmount = .seconds(60)
  /// How many bytes of encoded events a node keeps for clients that resume.
  package var tailBytes = 16 * 1024 * 1024
  /// How many bytes a client that does not read may lag behind before it is closed with code 3008.
  package var lagLimit = 1024 * 1024
  /// For how long a client that lags behind by more than ``lagLimit`` must not have taken anything before it is
  /// closed: a burst of events alone is no reason. Past four times the limit it is closed at once.
  package var stallLimit: TimeAmount = .seconds(1)
  /// A client that takes nothing of what waits for it for so long is closed, however little that is.
  package var unreadLimit: TimeAmount = .seconds(30)
  /// How many acknowledgements and resolutions of one client may be unanswered.
  package var outstandingLimit = 8
  /// How many events are read from the event log at once.
  package var pageSize = 1000
  /// How many events a client can get from the event log when it resumes.
  package var replayLimit = 100_000
  /// How long to wait for an event that a resuming client has already seen but this node has not.
  package var aheadLimit: TimeAmount = .seconds(5)

  /// The defaults.
  package init() {}
}
