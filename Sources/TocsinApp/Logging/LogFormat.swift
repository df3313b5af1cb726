/// How lines of the log are written.
package enum LogFormat: String, Sendable, Hashable, CaseIterable {
  /// `TIME LEVEL message key=value key="a value"`, for people.
  case text
  /// One JSON object per line, for log collectors.
  case json
}
