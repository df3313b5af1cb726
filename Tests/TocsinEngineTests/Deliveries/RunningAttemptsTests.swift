import Testing
import TocsinCore
import TocsinTesting

@testable import TocsinEngine

@Suite struct RunningAttemptsTests {
  private let ids = (1...2).map { DeliveryID(high: 1, low: $0) }

  /// An attempt that ends when it is let go, or cancelled.
  private func attempt(_ gate: Watched<Bool>) async -> DeliveryOutcome? {
    await withTaskCancellationHandler {
      await gate.first { $0 }
      return Task.isCancelled ? .retryable(DeliveryFailure("stopped")) : .delivered(status: nil)
    } onCancel: {
      gate.change { $0 = true }
    }
  }

  @Test func oneAttemptIsStoppedAndTheOtherGoesOn() async {
    let attempts = RunningAttempts()
    let gates = [Watched(false), Watched(false)]
    let begun = Watched(0)
    await withTaskGroup(of: Void.self) { group in
      for place in 0...1 {
        group.addTask {
          let outcome = await attempts.run(ids[place]) {
            begun.change { $0 += 1 }
            return await attempt(gates[place])
          }
          #expect(outcome == (place == 0 ? .retryable(DeliveryFailure("stopped")) : .delivered(status: nil)))
        }
      }
      await begun.first { $0 == 2 }
      attempts.stop([ids[0]])
      await gates[0].first { $0 }
      #expect(!gates[1].value)
      gates[1].change { $0 = true }
    }
  }

  @Test func theCallersCancellationReachesTheAttempt() async {
    let attempts = RunningAttempts()
    let gate = Watched(false)
    let begun = Watched(false)
    await withTaskGroup(of: DeliveryOutcome?.self) { group in
      group.addTask {
        await attempts.run(ids[0]) {
          begun.change { $0 = true }
          return await attempt(gate)
        }
      }
      await begun.first { $0 }
      group.cancelAll()
      #expect(await group.next() == .some(.retryable(DeliveryFailure("stopped"))))
    }
  }

  @Test func whatIsNotBegunHasNoOutcomeAndStoppingWhatIsNotThereDoesNothing() async {
    let attempts = RunningAttempts()
    attempts.stop(ids)
    #expect(await attempts.run(ids[0]) { nil } == nil)
    #expect(await attempts.run(ids[0]) { .delivered(status: 200) } == .delivered(status: 200))
  }
}
