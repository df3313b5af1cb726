import TocsinCore

/// A check and the rules that match it.
struct MatchedCheck: Sendable {
  var check: Check
  var matches: [RuleMatch]
}

/// An alert that a check asks for. An object, since it is handed on many times and never changes.
final class AlertDraft: Sendable {
  let alert: Alert
  let claim: Claim
  /// Whether the rule's cooldown was made longer lately, so that Redis may have forgotten one that still runs.
  let mayRepeat: Bool

  init(alert: Alert, claim: Claim, mayRepeat: Bool = false) {
    self.alert = alert
    self.claim = claim
    self.mayRepeat = mayRepeat
  }
}

/// What became of a draft.
enum AlertOutcome: Sendable {
  /// Something holds it back.
  case suppressed(Suppression)
  /// It was raised, and is where its `notification_status` says.
  case raised(NotificationStatus)
  /// It could not be raised, or nobody knows yet.
  case failed(EngineError)
}
