public import TocsinCore

/// What a check led to.
public struct CheckOutcome: Sendable {
  /// The alerts that it raised, with what is known of their notifications.
  public let alerts: [Alert]
  /// Whether all of them are in PostgreSQL; false means that they were pushed and will be written later.
  public let persisted: Bool

  /// Nothing was raised.
  static let quiet = CheckOutcome(alerts: [], persisted: true)
}

/// A check that may raise something: what is left to do needs waiting.
public struct PendingCheck: Sendable {
  enum Work: Sendable {
    case candidates([Candidate])
    case windows(lookbackMinutes: [Int], rules: PendingEvaluation)
  }

  let check: Check
  let tenant: Tenant
  let work: Work
}
