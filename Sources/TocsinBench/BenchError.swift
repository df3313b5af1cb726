/// Why nothing could be measured.
package enum BenchError: Error, Sendable {
  /// A server cannot be reached, for that reason.
  case unreachable(String)

  /// A few words for people.
  static func reason(_ error: any Error) -> String {
    let reason = "\(error)"
    return reason.contains("errno: 111") ? "connection refused" : reason
  }
}
