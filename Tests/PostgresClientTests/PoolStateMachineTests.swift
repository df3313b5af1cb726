import Testing

@testable import PostgresClient

@Suite struct PoolStateMachineTests {
  final class Connection {}
  typealias Machine = PoolStateMachine<Connection, String>

  let start = ContinuousClock.now

  @Test func theFirstInLineGetsWhatIsFree() {
    var machine = Machine(size: 1)
    let connection = Connection()
    let (ann, bob) = (machine.number(), machine.number())
    #expect(machine.takeVacancies() == 1)
    #expect(machine.takeVacancies() == 0)
    #expect(describe(machine.lease()) == "wait")
    #expect(describe(machine.enqueue(ann, "ann", deadline: start)) == "queued, timer")
    #expect(describe(machine.enqueue(bob, "bob", deadline: start)) == "queued")
    #expect(describe(machine.opened(connection)) == "to ann")
    #expect(describe(machine.release(connection)) == "to bob")
    #expect(describe(machine.release(connection)) == "parked")
    #expect(describe(machine.lease()) == "granted")
    #expect(machine.open == 1 && machine.idleCount == 0 && machine.waitingCount == 0)
  }

  @Test func waitersLeaveByTimeOrByThemselves() {
    var machine = Machine(size: 1)
    for (name, seconds) in [("ann", 1), ("bob", 2), ("cleo", 3)] {
      _ = machine.enqueue(machine.number(), name, deadline: start + .seconds(seconds))
    }
    #expect(machine.cancel(2) == "bob")
    #expect(machine.cancel(2) == nil)
    let early = machine.expire(now: start + .seconds(2))
    #expect(early.expired == ["ann"] && early.next == start + .seconds(3))
    let late = machine.expire(now: start + .seconds(3))
    #expect(late.expired == ["cleo"] && late.next == nil)
    let dan = machine.number()
    #expect(describe(machine.enqueue(dan, "dan", deadline: start)) == "queued, timer")
  }

  @Test func whatBreaksLeavesAVacancy() {
    var machine = Machine(size: 2)
    let (one, two) = (Connection(), Connection())
    #expect(machine.takeVacancies() == 2)
    _ = machine.opened(one)
    _ = machine.opened(two)
    #expect(describe(machine.lease()) == "granted")
    #expect(machine.broken(two, young: true) == false)
    machine.discard()
    #expect(machine.takeVacancies() == 1)
    #expect(machine.strikes == 1)
    #expect(machine.broken(one, young: false) == true)
    #expect(machine.broken(one, young: false) == false)
    #expect(machine.takeVacancies() == 1 && machine.open == 0 && machine.strikes == 0)
  }

  @Test func afterShutdownNothingIsKept() {
    var machine = Machine(size: 2)
    let (one, two) = (Connection(), Connection())
    _ = machine.takeVacancies()
    _ = machine.opened(one)
    _ = machine.opened(two)
    _ = machine.lease()
    let (_, connections) = machine.shutDown()
    #expect(connections.count == 1)
    #expect(describe(machine.release(two)) == "discard")
    #expect(describe(machine.lease()) == "refused")
    #expect(machine.takeVacancies() == 0 && machine.open == 0)
  }

  private func describe(_ lease: Machine.Lease) -> String {
    switch lease {
    case .granted: "granted"
    case .wait: "wait"
    case .refused: "refused"
    }
  }

  private func describe(_ enqueue: Machine.Enqueue) -> String {
    switch enqueue {
    case .granted: "granted"
    case .refused: "refused"
    case .queued(let startTimer): startTimer ? "queued, timer" : "queued"
    }
  }

  private func describe(_ offer: Machine.Offer) -> String {
    switch offer {
    case .handOver(let waiter): "to \(waiter)"
    case .parked: "parked"
    case .discard: "discard"
    }
  }
}
