/// What the event log answers to the question for what follows a place.
enum HistoryPage: Sendable {
  /// The next events, encoded.
  case events(ArraySlice<EncodedEvent>)
  /// They are no longer there.
  case trimmed
  /// The log cannot be read now.
  case unavailable
}
