package import TocsinCore

/// What a check led to.
package struct CheckOutcome: Sendable {
  /// The alerts that it raised, with what is known of their notifications.
  package let alerts: [Alert]
  /// Whether all of them are in PostgreSQL; false means that they were pushed and will be written later.
  package let persisted: Bool
  /// The rules that matched and were held back.
  package let suppressed: [Suppression]

  /// Nothing was raised.
  static let quiet = CheckOutcome(alerts: [], persisted: true, suppressed: [])

  /// The same with one more alert.
  func adding(_ alert: Alert, persisted isPersisted: Bool) -> CheckOutcome {
    CheckOutcome(alerts: alerts + [alert], persisted: persisted && isPersisted, suppressed: suppressed)
  }

  /// The same with one more rule that was held back.
  func adding(_ suppression: Suppression) -> CheckOutcome {
    CheckOutcome(alerts: alerts, persisted: persisted, suppressed: suppressed + [suppression])
  }
}

/// A check that may raise something: what is left to do needs waiting.
package struct PendingCheck: Sendable {
  enum Work: Sendable {
    case matches([RuleMatch])
    case windows(lookbackMinutes: [Int], rules: PendingEvaluation)
  }

  let check: Check
  let tenant: Tenant
  let work: Work
}
