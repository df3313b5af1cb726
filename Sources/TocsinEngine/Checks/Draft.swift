import TocsinCore

/// An alert that a check asks for, and what becomes of it.
struct Draft: Sendable {
  var alert: Alert
  var claim: Claim

  /// What became of a draft.
  enum Fate: Sendable {
    /// Its entity is in cooldown.
    case suppressed
    /// It was raised, and is where its `notification_status` says.
    case raised([String: Bool])
    /// It could not be raised, or nobody knows yet.
    case failed(EngineError)
  }
}
