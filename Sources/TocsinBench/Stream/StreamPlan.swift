package import NIOCore
package import TocsinClient

/// What a stream measurement listens to.
package struct StreamPlan: Sendable {
  /// Where clients connect; they are spread over them.
  package var servers: [ServerAddress]
  /// All clients, of all threads.
  package var clients: Int
  /// How many threads.
  package var workers: Int
  /// Where given: client n subscribes to campaign n modulo this.
  package var campaigns: Int?
  /// What the checks look like.
  package var shape: CheckShape
  /// After how long a stream counts as not opened.
  package var timeout: TimeAmount

  /// A plan of these values.
  package init(
    servers: [ServerAddress], clients: Int, workers: Int, campaigns: Int?, shape: CheckShape, timeout: TimeAmount
  ) {
    self.servers = servers
    self.clients = clients
    self.workers = workers
    self.campaigns = campaigns
    self.shape = shape
    self.timeout = timeout
  }
}
