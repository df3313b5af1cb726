import Testing

@testable import TocsinBench

@Suite struct LoadMachineTests {
  private typealias Send = LoadMachine.Send

  @Test func requestsAreDueAtFixedTimes() {
    var schedule = OpenSchedule(start: 1000, rate: 1_000_000, duration: 0.000_005)
    #expect(schedule.take(by: 999) == nil)
    #expect(schedule.take(by: 1000) == 1000)
    #expect(schedule.nextDue == 2000)
    var due: [UInt64] = []
    while let next = schedule.take(by: 1_000_000) { due.append(next) }
    #expect(due == [2000, 3000, 4000, 5000])
    #expect(schedule.nextDue == nil)
  }

  @Test func workersShareTheScheduleWithoutGapOrOverlap() {
    var due: [UInt64] = []
    for worker in 0..<3 {
      var schedule = OpenSchedule(start: 0, rate: 300, duration: 1, worker: worker, workers: 3)
      while let next = schedule.take(by: .max) { due.append(next) }
    }
    #expect(due.sorted() == (0..<300).map { UInt64((Double($0) * 1e9 / 300).rounded()) })
  }

  @Test func theScheduleDoesNotDrift() {
    var schedule = OpenSchedule(start: 0, rate: 3, duration: 100_000)
    var last: UInt64 = 0
    while let next = schedule.take(by: .max) { last = next }
    #expect(last == 99_999_666_666_667)
  }

  @Test func aStallDoesNotHideWhatWasDueMeanwhile() {
    var machine = LoadMachine(.open(OpenSchedule(start: 0, rate: 100_000_000, duration: 0.000_000_04)))
    #expect(machine.ready(7, now: 0) == nil)
    #expect(machine.tick(now: 0) == [Send(connection: 7, due: 0)])
    #expect(machine.tick(now: 25) == [])
    #expect(machine.waiting == 2)
    #expect(machine.answered(7, now: 500) == Send(connection: 7, due: 10))
    #expect(machine.answered(7, now: 600) == Send(connection: 7, due: 20))
    #expect(machine.tick(now: 600) == [])
    #expect(!machine.isDone(now: 600))
    #expect(machine.answered(7, now: 700) == Send(connection: 7, due: 30))
    #expect(machine.answered(7, now: 800) == nil)
    #expect(machine.isDone(now: 800))
  }

  @Test func aClosedLoopSendsWhenTheAnswerIsThere() {
    var machine = LoadMachine(.closed(until: 100))
    #expect(machine.ready(0, now: 10) == Send(connection: 0, due: 10))
    #expect(machine.answered(0, now: 60) == Send(connection: 0, due: 60))
    #expect(machine.answered(0, now: 100) == nil)
    #expect(machine.isDone(now: 100))
  }

  @Test func aLostConnectionGetsNothingMore() {
    var machine = LoadMachine(.open(OpenSchedule(start: 0, rate: 1e9, duration: 1e-9 * 3)))
    _ = machine.ready(0, now: 0)
    _ = machine.ready(1, now: 0)
    machine.lost(1, busy: false)
    #expect(machine.tick(now: 0) == [Send(connection: 0, due: 0)])
    machine.lost(0, busy: true)
    #expect(machine.inFlight == 0)
    #expect(machine.tick(now: 5) == [])
    #expect(machine.ready(0, now: 6) == Send(connection: 0, due: 1))
  }
}
