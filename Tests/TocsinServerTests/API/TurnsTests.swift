import Synchronization
import Testing

@testable import TocsinServer

@Suite struct TurnsTests {
  /// Who works at the moment.
  private final class Workers: Sendable {
    private let state = Mutex((now: 0, most: 0, done: 0))

    func begin() {
      state.withLock { state in
        state.now += 1
        state.most = max(state.most, state.now)
      }
    }

    func end() {
      state.withLock { state in
        state.now -= 1
        state.done += 1
      }
    }

    var most: Int { state.withLock { $0.most } }
    var done: Int { state.withLock { $0.done } }
  }

  @Test func onlySoManyWorkAtTheSameTime() async {
    let turns = Turns(2)
    let workers = Workers()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask {
          await turns.take {
            workers.begin()
            for _ in 0..<10 { await Task.yield() }
            workers.end()
          }
        }
      }
    }
    #expect(workers.most == 2)
    #expect(workers.done == 50)
  }

  @Test func aFailureGivesItsTurnBack() async {
    struct Failure: Error {}
    let turns = Turns(1)
    for _ in 0..<3 {
      await #expect(throws: Failure.self) { try await turns.take { throw Failure() } }
    }
    #expect(await turns.take { 5 } == 5)
  }
}
