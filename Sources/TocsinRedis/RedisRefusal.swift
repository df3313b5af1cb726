package import RedisClient

/// Why a server refuses a node, in words that name what an operator has to allow.
///
/// Redis does not say by itself which channel or key it is about.
package enum RedisRefusal {
  /// The words for an error that the server answered.
  /// - Parameter prefix: as that of the backends
  /// - Returns: a clause without a full stop; the server's own words where they are not about a missing right
  package static func reason(_ error: RedisError, prefix: String) -> String {
    guard error.message.hasPrefix("NOPERM") else { return error.message }
    let missing: String
    if let command = error.message.split(separator: "'").dropFirst().first {
      missing = "+\(command)"
    } else if error.message.contains("channel") {
      missing = "&\(Keys(prefix: prefix).channel)"
    } else {
      missing = "~\(prefix):*"
    }
    return "the user lacks the right \(missing)"
  }
}
