public import ServiceLifecycle
import TocsinCore

/// Claims for all checks of this node that fire at one moment, in one script.
public final class Claimer: Service {
  /// A claim's outcome.
  struct Verdict: Sendable {
    var isWon: Bool
    /// See ``ClaimOutcome/needsConfirmation``.
    var needsConfirmation: Bool
  }

  /// How many claims go into one script: Redis serves nobody else while it runs.
  static let claimsAtOnce = 100

  private let batcher: Batcher<Claim, Verdict>

  init(journal: any CooldownJournal, metrics: EngineMetrics) {
    batcher = Batcher(limit: Claimer.claimsAtOnce, lanes: 2) { claims async throws(StoreError) in
      let start = ContinuousClock.now
      let outcome = try await journal.claim(claims)
      metrics.claim.observe(ContinuousClock.now - start)
      return outcome.won.map { Verdict(isWon: $0, needsConfirmation: outcome.needsConfirmation) }
    }
  }

  /// Claims, together with others.
  func claim(_ claims: [Claim]) async throws(StoreError) -> [Verdict] {
    try await batcher.submit(claims)
  }

  /// Claims until the service shuts down.
  public func run() async throws {
    await withGracefulShutdownHandler {
      await batcher.run()
    } onGracefulShutdown: {
      self.batcher.finish()
    }
  }
}
