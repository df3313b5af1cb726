import Logging
import TocsinCore

/// Why a request could not be served, in words for whoever sent it.
package struct EngineError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of trouble it is.
  package enum Code: Sendable, Hashable {
    /// There is no such alert or rule.
    case notFound
    /// What the request needs is away, or too busy: ask again after ``EngineError/retryAfterSeconds``.
    case unavailable
    /// What was asked for is not allowed: nothing was done.
    case invalid
    /// PostgreSQL refuses the data: nothing was kept but a dead letter, and asking again is useless.
    case rejected
    /// A defect; it was logged.
    case failed
  }

  /// What kind of trouble it is.
  package let code: Code
  /// What happened and what to do.
  package let message: String
  /// When asking again makes sense, in seconds.
  package let retryAfterSeconds: Int?
  /// Which field of the request is to be changed, as a JSON pointer; for ``Code/invalid``.
  package let pointer: String?

  /// An error of these parts.
  package init(_ code: Code, _ message: String, retryAfterSeconds: Int? = nil, pointer: String? = nil) {
    self.code = code
    self.message = message
    self.retryAfterSeconds = retryAfterSeconds
    self.pointer = pointer
  }

  package var description: String { message }

  /// The node takes no more work; nothing was done.
  static let stopped = EngineError(.unavailable, "the node is stopping; send the request again", retryAfterSeconds: 1)

  /// What was asked for is stored in a form that this release does not know.
  /// - Parameter what: a sentence without its period
  static func foreign(_ what: String) -> EngineError {
    EngineError(
      .unavailable,
      "\(what). This node runs release \(TocsinRelease.version); ask a node of the release that wrote it",
      retryAfterSeconds: 60)
  }

  /// What a port's error means to whoever asked; one that only a defect explains is logged.
  init(_ error: StoreError, logger: Logger) {
    if error.code == .failed || error.code == .data || error.code == .denied {
      logger.error("a request failed", metadata: ["error": "\(error)"])
    }
    switch error.code {
    case .unavailable where error.shortage != nil:
      let lacking = error.shortage?.description ?? ""
      self.init(.unavailable, "\(lacking); send the request again later", retryAfterSeconds: 5)
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
    case .denied:
      self.init(
        .unavailable, "the node lacks a right in \(error.backend); its log names it", retryAfterSeconds: 30)
    case .foreign:
      self = .foreign(error.message)
    case .failed:
      self.init(.failed, "an internal error happened and was logged")
    }
  }
}
