import TocsinCore

/// An alert that a check asks for, and what becomes of it. An object, since it is handed on many times and never changes.
final class Draft: Sendable {
  let alert: Alert
  let claim: Claim

  init(alert: Alert, claim: Claim) {
    self.alert = alert
    self.claim = claim
  }

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
