package import TocsinCore

/// What a check led to.
package struct CheckOutcome: Sendable {
  /// The alerts that it raised, with what is known of their notifications.
  package let alerts: [Alert]
  /// Whether all of them are in PostgreSQL; false means that they were pushed and will be written later.
  package let persisted: Bool

  /// Nothing was raised.
  static let quiet = CheckOutcome(alerts: [], persisted: true)
}

/// A check that may raise something: what is left to do needs waiting.
package struct PendingCheck: Sendable {
  enum Work: Sendable {
    case candidates([Candidate])
    case windows(lookbackMinutes: [Int], rules: PendingEvaluation)
  }

  let check: Check
  let tenant: Tenant
  let work: Work
}
