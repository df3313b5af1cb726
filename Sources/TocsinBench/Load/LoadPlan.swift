package import TocsinClient

/// What a measurement sends.
package struct LoadPlan: Sendable {
  /// How requests are paced.
  package enum Pace: Sendable, Equatable {
    /// So many requests a second, whatever the server does.
    case open(rate: Double)
    /// As fast as answers come.
    case closed
  }

  /// Where to; connections are spread over them.
  package var servers: [ServerAddress]
  /// The pieces of each check.
  package var check: [RequestTemplate.Piece]
  /// How many checks a request carries; nil for a request of the single kind.
  package var batch: Int?
  /// How requests are paced.
  package var pace: Pace
  /// How long, in seconds.
  package var duration: Double
  /// How many connections in all.
  package var connections: Int
  /// On how many threads.
  package var workers: Int
  /// After how long a request counts as not answered, in seconds.
  package var timeout: Double
  /// Whether the result names the alerts of each request.
  package var recordsRaised: Bool

  /// A plan of these values.
  package init(
    servers: [ServerAddress], check: [RequestTemplate.Piece], batch: Int? = nil, pace: Pace, duration: Double,
    connections: Int, workers: Int, timeout: Double, recordsRaised: Bool = false
  ) {
    self.servers = servers
    self.check = check
    self.batch = batch
    self.pace = pace
    self.duration = duration
    self.connections = connections
    self.workers = workers
    self.timeout = timeout
    self.recordsRaised = recordsRaised
  }
}
