import TocsinCore

@testable import TocsinRedis

extension AlertID {
  /// A new id of that moment, by default of 2026.
  static func new(at milliseconds: Int64 = 1_770_000_000_000) -> AlertID {
    var generator = SystemRandomNumberGenerator()
    return AlertID(at: Timestamp(milliseconds: milliseconds), using: &generator)
  }
}

extension EventEnvelope {
  static func sample(_ id: AlertID, kind: Kind = .alert, body: String = "\"x\":\"ü\0\r\n\"}") -> EventEnvelope {
    EventEnvelope(
      kind: kind, tenant: .standard, alertID: id, campaignID: "c1", severity: .high, alertType: .roasDrop,
      body: Array(body.utf8))
  }
}

extension JournalEntry {
  static func sample(_ id: AlertID = .new()) -> JournalEntry {
    JournalEntry(alertID: id, envelope: EventEnvelope.sample(id).encoded())
  }
}

extension Claim {
  static func sample(
    _ campaign: String = "c1", rule: String = "r1", incarnation: String = "i1", minutes: Int64 = 30,
    id: AlertID = .new()
  ) -> Claim {
    Claim(
      entry: .sample(id), tenant: .standard, ruleID: rule, incarnation: incarnation,
      entity: Entity(campaignID: campaign),
      cooldownMilliseconds: minutes * 60_000)
  }
}

extension RunningCooldown {
  /// What a claim begins, that many milliseconds after the id's moment.
  static func sample(_ claim: Claim, id: AlertID) -> RunningCooldown {
    RunningCooldown(
      tenant: .standard, ruleID: claim.ruleID, incarnation: claim.incarnation, entity: claim.entity, alertID: id,
      lengthMilliseconds: claim.cooldownMilliseconds)
  }
}

extension Keys {
  func cooldown(_ claim: Claim) -> String {
    cooldown(tenant: .standard, rule: claim.ruleID, entity: claim.entity)
  }
}

extension RedisBackend {
  /// Claims new alerts for as many entities, and answers their ids.
  func claimed(_ count: Int) async throws -> [AlertID] {
    let claims = (0..<count).map { _ in Claim.sample("c\(UInt64.random(in: 0...UInt64.max))") }
    guard try await claim(claims).won.allSatisfy({ $0 }) else { throw Unexpected() }
    return claims.map(\.entry.alertID)
  }
}

extension [ClaimOutcome] {
  /// For each claim, whether it was won, confirmed or not.
  var won: [Bool] { map { if case .lost = $0 { false } else { true } } }

  /// The places of claims whose cooldown cannot be read.
  var unsure: Set<Int> { Set(indices.filter { self[$0] == .unconfirmed(.unreadable) }) }

  /// Whether a claim was won while cooldowns are restored.
  var needsConfirmation: Bool { contains(.unconfirmed(.restoring)) }
}
