import Synchronization
import Testing
import TocsinTesting

@testable import TocsinEngine

@Suite struct EveryTests {
  /// How often something ran.
  private final class Runs: Sendable {
    private let runs = Mutex(0)

    var count: Int { runs.withLock { $0 } }

    func add() {
      runs.withLock { $0 += 1 }
    }
  }

  @Test func theBodyRunsAtOnceAndAgainAfterEachInterval() async {
    let clock = ManualClock()
    let runs = Runs()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await every(.seconds(10), clock: clock) { runs.add() } }
      await clock.waitForSleepers(1)
      #expect(runs.count == 1)
      // Not before the shortest wait, at the latest after the longest one.
      clock.advance(by: .seconds(8.9))
      #expect(runs.count == 1)
      clock.advance(by: .seconds(2.2))
      await clock.waitForSleepers(1)
      #expect(runs.count == 2)
      group.cancelAll()
    }
    clock.advance(by: .seconds(100))
    #expect(runs.count == 2)
  }

  @Test func aCancelledTaskRunsNothing() async {
    let runs = Runs()
    await withTaskGroup(of: Void.self) { group in
      group.cancelAll()
      group.addTask { await every(.seconds(1), clock: ManualClock()) { runs.add() } }
    }
    #expect(runs.count == 0)
  }
}
