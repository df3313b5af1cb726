/// Why a port could not do what it was asked for.
package struct StoreError: Error, Sendable, CustomStringConvertible {
  /// What the caller can do about it.
  package enum Code: Sendable, Hashable {
    /// The server behind the port is away, or too slow. Whether the request was carried out is not known unless the
    /// port's method says so; asking again later is right.
    case unavailable
    /// Redis has another epoch than the node, or none: nothing was done; the node must recover first.
    case stale
    /// Journal and unwritten alerts together have reached their limit: nothing was done.
    case full
    /// The data itself was refused; asking again with the same data is useless.
    case data
    /// The server is there and refuses: the node's role or user lacks a right, which an operator has to give it. Nothing
    /// was done.
    case denied
    /// What was asked for is stored in a form that this release does not know: a newer one wrote it, or other hands.
    /// Nothing was done; a node of another release may be able to.
    case foreign
    /// Anything else: a defect, or a server that answers what it must not.
    case failed
  }

  /// What the caller can do about it.
  package let code: Code
  /// Which server: `redis` or `postgresql`.
  package let backend: String
  /// What happened, for logs; holds no secret.
  package let message: String
  /// What the server lacks, where that is known to be the reason.
  package let shortage: Shortage?

  /// An error of these parts.
  package init(_ code: Code, backend: String, message: String, shortage: Shortage? = nil) {
    self.code = code
    self.backend = backend
    self.message = message
    self.shortage = shortage
  }

  package var description: String { "\(backend): \(message)" }
}
