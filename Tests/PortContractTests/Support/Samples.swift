import TocsinCore

struct Unexpected: Error {}

extension AlertID {
  /// A new id of that moment.
  static func new(at time: Timestamp = Timestamp(milliseconds: 1_770_000_000_000)) -> AlertID {
    var generator = SystemRandomNumberGenerator()
    return AlertID(at: time, using: &generator)
  }
}

extension EventEnvelope {
  static func sample(_ id: AlertID, kind: Kind = .alert) -> EventEnvelope {
    EventEnvelope(
      kind: kind, tenant: .standard, alertID: id, campaignID: "c1", severity: .high, alertType: .roasDrop,
      body: Array("\"x\":\"ü\0\r\n\"}".utf8))
  }
}

extension AlertRule {
  static func sample(_ id: String, version: Int64 = 0, threshold: Double = 2, cooldownMinutes: Int = 30) -> AlertRule {
    AlertRule(
      ruleID: id, name: "n", alertType: .roasDrop, severity: .high, threshold: threshold,
      cooldownMinutes: cooldownMinutes, incarnation: "i1", version: version)
  }
}

/// The code of the store error that the body throws, or nil where it throws none.
func code(_ body: () async throws -> Void) async -> StoreError.Code? {
  do {
    try await body()
    return nil
  } catch {
    return (error as? StoreError)?.code
  }
}

extension [ClaimOutcome] {
  /// Which claims were won.
  var won: [Bool] {
    map { outcome in
      if case .lost = outcome { false } else { true }
    }
  }
}
