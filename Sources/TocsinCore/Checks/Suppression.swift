/// That a rule matched a check and raised no alert, and why.
package struct Suppression: Sendable, Hashable {
  /// What held the alert back. The raw value is the wire name, and a metric's label.
  package enum Reason: String, Sendable, Hashable, CaseIterable {
    /// The rule's cooldown runs for the entity.
    case cooldown
    /// PostgreSQL has an alert within the cooldown of which Redis did not know.
    case `repeat`
    /// A node of a newer release holds the cooldown, in a form that this release cannot read.
    case newerRelease = "newer_release"
  }

  /// The rule.
  package var ruleID: String
  /// What held the alert back.
  package var reason: Reason
  /// The last moment of the rule's cooldown, as long as that is now; nil where this release cannot read it.
  package var until: Timestamp?
  /// The alert that began the cooldown; nil where this release cannot read it.
  package var alertID: AlertID?

  /// A suppression of these parts.
  package init(ruleID: String, reason: Reason, until: Timestamp?, alertID: AlertID?) {
    self.ruleID = ruleID
    self.reason = reason
    self.until = until
    self.alertID = alertID
  }

  /// Why a claim was lost.
  package init(_ loss: ClaimLoss, of claim: Claim) {
    switch loss {
    case .cooldown(let firedAt, let alertID):
      self.init(
        ruleID: claim.ruleID, reason: .cooldown, until: firedAt.advanced(by: claim.cooldownMilliseconds),
        alertID: alertID)
    case .newerRelease: self.init(ruleID: claim.ruleID, reason: .newerRelease, until: nil, alertID: nil)
    }
  }

  /// Why a claim that was won does not count: it repeats that alert.
  package init(_ claim: Claim, repeats earlier: AlertID) {
    self.init(
      ruleID: claim.ruleID, reason: .repeat, until: earlier.timestamp.advanced(by: claim.cooldownMilliseconds),
      alertID: earlier)
  }
}
