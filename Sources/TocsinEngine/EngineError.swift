import Logging
import TocsinCore

/// Why a request could not be served, in words for whoever sent it.
public struct EngineError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Code: Sendable, Hashable {
    /// There is no such alert or rule.
    case notFound
    /// What the request needs is away, or too busy: ask again after ``EngineError/retryAfterSeconds``.
    case unavailable
    /// PostgreSQL refuses the data: nothing was kept but a dead letter, and asking again is useless.
    case rejected
    /// A defect; it was logged.
    case failed
  }

  /// What kind of trouble it is.
  public let code: Code
  /// What happened and what to do.
  public let message: String
  /// When asking again makes sense, in seconds.
  public let retryAfterSeconds: Int?

  /// An error of these parts.
  public init(_ code: Code, _ message: String, retryAfterSeconds: Int? = nil) {
    self.code = code
    self.message = message
    self.retryAfterSeconds = retryAfterSeconds
  }

  public var description: String { message }

  /// The node takes no more work; nothing was done.
  static let stopped = EngineError(.unavailable, "the node is stopping; send the request again", retryAfterSeconds: 1)

  /// What a port's error means to whoever asked; one that only a defect explains is logged.
  init(_ error: StoreError, logger: Logger) {
    if error.code == .failed || error.code == .data {
      logger.error("a request failed", metadata: ["error": "\(error)"])
    }
    switch error.code {
    case .unavailable:
      self.init(
        .unavailable, "\(error.backend) is not reachable at the moment; send the request again", retryAfterSeconds: 1)
    case .stale:
      self.init(
        .unavailable, "the node is taking up the state of redis again; send the request again", retryAfterSeconds: 1)
    case .full:
      self.init(
        .unavailable, "too many alerts wait to be written to postgresql; send the request again later",
        retryAfterSeconds: 5)
    case .data:
      self.init(.rejected, "\(error.backend) refuses the data; nothing was kept, and sending it again is useless")
    case .failed:
      self.init(.failed, "an internal error happened and was logged")
    }
  }
}
