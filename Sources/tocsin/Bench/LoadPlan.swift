import TocsinClient

/// What a measurement sends.
struct LoadPlan: Sendable {
  /// How requests are paced.
  enum Pace: Sendable, Equatable {
    /// So many requests a second, whatever the server does.
    case open(rate: Double)
    /// As fast as answers come.
    case closed
  }

  /// Where to; connections are spread over them.
  var servers: [ServerAddress]
  /// The pieces of each check.
  var check: [RequestTemplate.Piece]
  /// How many checks a request carries; nil for a request of the single kind.
  var batch: Int?
  /// How requests are paced.
  var pace: Pace
  /// How long, in seconds.
  var duration: Double
  /// How many connections in all.
  var connections: Int
  /// On how many threads.
  var workers: Int
  /// After how long a request counts as not answered, in seconds.
  var timeout: Double
  /// Whether the result names the alerts of each request.
  var recordsRaised = false
}
