import Testing

@testable import CurlClient

/// Transcripts: what happens, and what the thread does then. Routes are letters.
@Suite struct LoopStateMachineTests {
  typealias Machine = LoopStateMachine<Character>

  private let start = ContinuousClock.now

  private func after(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

  private func machine(lanes: Int = 2, perRoute: Int = 2) -> Machine {
    Machine(laneLimit: lanes, routeLimit: perRoute)
  }

  @Test func webTransfersBeginAtOnce() {
    var machine = machine()
    #expect(machine.wakeUp == nil)
    #expect(machine.submitHTTP(1, deadline: after(2)) == [.startHTTP(1)])
    #expect(machine.submitHTTP(2, deadline: after(1)) == [.startHTTP(2)])
    #expect(machine.wakeUp == after(1))
    #expect(machine.endedHTTP(2) == [])
    #expect(machine.expire(now: after(1)) == [])
    #expect(machine.wakeUp == after(2))
    #expect(machine.expire(now: after(2)) == [.stopHTTP(1, .expired)])
    #expect(machine.wakeUp == nil)
    #expect(machine.endedHTTP(1) == [])
  }

  @Test func cancellingWhatIsNotThere() {
    var machine = machine()
    #expect(machine.cancel(7) == [])
    #expect(machine.submitHTTP(1, deadline: after(1)) == [.startHTTP(1)])
    #expect(machine.cancel(1) == [.stopHTTP(1, .cancelled)])
    #expect(machine.cancel(1) == [])
    #expect(machine.expire(now: after(9)) == [])
  }

  @Test func mailsShareLanes() {
    var machine = machine()
    #expect(machine.submitMail(1, route: "a", deadline: after(9)) == [.startMail(1, lane: 0)])
    #expect(machine.submitMail(2, route: "b", deadline: after(9)) == [.startMail(2, lane: 1)])
    #expect(machine.submitMail(3, route: "c", deadline: after(9)) == [])
    #expect(machine.submitMail(4, route: "a", deadline: after(9)) == [])
    #expect(machine.endedMail(2, lane: 1) == [.deliver(2), .startMail(3, lane: 1)])
    #expect(machine.endedMail(1, lane: 0) == [.deliver(1), .startMail(4, lane: 0)])
  }

  @Test func aLaneWithAConnectionToTheServerGoesFirst() {
    var machine = machine()
    #expect(machine.submitMail(1, route: "a", deadline: after(9)) == [.startMail(1, lane: 0)])
    #expect(machine.submitMail(2, route: "b", deadline: after(9)) == [.startMail(2, lane: 1)])
    #expect(machine.endedMail(1, lane: 0) == [.deliver(1)])
    #expect(machine.endedMail(2, lane: 1) == [.deliver(2)])
    #expect(machine.submitMail(3, route: "b", deadline: after(9)) == [.startMail(3, lane: 1)])
    #expect(machine.submitMail(4, route: "b", deadline: after(9)) == [.startMail(4, lane: 0)])
  }

  @Test func aServerThatHangsLeavesLanesToOthers() {
    var machine = machine(lanes: 2, perRoute: 1)
    #expect(machine.submitMail(1, route: "a", deadline: after(9)) == [.startMail(1, lane: 0)])
    #expect(machine.submitMail(2, route: "a", deadline: after(9)) == [])
    #expect(machine.submitMail(3, route: "b", deadline: after(9)) == [.startMail(3, lane: 1)])
    #expect(machine.endedMail(3, lane: 1) == [.deliver(3)])
    #expect(machine.endedMail(1, lane: 0) == [.deliver(1), .startMail(2, lane: 0)])
  }

  @Test func aLaneIsBusyUntilItHasGivenUp() {
    var machine = machine(lanes: 1)
    #expect(machine.submitMail(1, route: "a", deadline: after(1)) == [.startMail(1, lane: 0)])
    #expect(machine.submitMail(2, route: "a", deadline: after(2)) == [])
    #expect(machine.submitMail(3, route: "a", deadline: after(9)) == [])
    #expect(machine.expire(now: after(1)) == [.stopMail(1, lane: 0, .expired)])
    #expect(machine.expire(now: after(2)) == [.refuse(2, .expired)])
    #expect(machine.endedMail(1, lane: 0) == [.startMail(3, lane: 0)])
    #expect(machine.cancel(3) == [.stopMail(3, lane: 0, .cancelled)])
  }

  @Test func aShutDownWithNothingToDo() {
    var machine = machine()
    #expect(machine.shutDown(by: after(1)) == [.finish])
    #expect(machine.submitHTTP(1, deadline: after(1)) == [.refuse(1, .closed)])
    #expect(machine.submitMail(2, route: "a", deadline: after(1)) == [.refuse(2, .closed)])
    #expect(machine.shutDown(by: after(1)) == [] && machine.abort() == [] && machine.wakeUp == nil)
  }

  @Test func aShutDownLetsTransfersEnd() {
    var machine = machine(lanes: 1)
    #expect(machine.submitHTTP(1, deadline: after(9)) == [.startHTTP(1)])
    #expect(machine.submitMail(2, route: "a", deadline: after(9)) == [.startMail(2, lane: 0)])
    #expect(machine.submitMail(3, route: "a", deadline: after(9)) == [])
    #expect(machine.shutDown(by: after(5)) == [])
    #expect(machine.wakeUp == after(5))
    #expect(machine.submitHTTP(4, deadline: after(9)) == [.refuse(4, .closed)])
    #expect(machine.endedMail(2, lane: 0) == [.deliver(2), .startMail(3, lane: 0)])
    #expect(machine.endedHTTP(1) == [])
    #expect(machine.endedMail(3, lane: 0) == [.deliver(3), .endLane(0)])
    #expect(machine.endedLane(0) == [.finish])
  }

  @Test func aShutDownHasItsLimit() {
    var machine = machine(lanes: 2, perRoute: 1)
    #expect(machine.submitHTTP(1, deadline: after(9)) == [.startHTTP(1)])
    #expect(machine.submitMail(2, route: "a", deadline: after(9)) == [.startMail(2, lane: 0)])
    #expect(machine.submitMail(3, route: "a", deadline: after(9)) == [])
    #expect(machine.submitMail(4, route: "b", deadline: after(9)) == [.startMail(4, lane: 1)])
    #expect(machine.endedMail(4, lane: 1) == [.deliver(4)])
    #expect(machine.shutDown(by: after(5)) == [])
    #expect(
      machine.expire(now: after(5)) == [
        .stopHTTP(1, .closed), .stopMail(2, lane: 0, .closed), .refuse(3, .closed), .interruptLane(0),
        .interruptLane(1), .endLane(1),
      ])
    #expect(machine.endedLane(1) == [])
    #expect(machine.endedMail(2, lane: 0) == [.endLane(0)])
    #expect(machine.endedLane(0) == [.finish])
    #expect(machine.expire(now: after(9)) == [])
  }

  @Test func aServerThatDoesNotAnswerQuitDoesNotHoldUpTheEnd() {
    var machine = machine()
    #expect(machine.submitMail(1, route: "a", deadline: after(9)) == [.startMail(1, lane: 0)])
    #expect(machine.endedMail(1, lane: 0) == [.deliver(1)])
    #expect(machine.shutDown(by: after(5)) == [.endLane(0)])
    #expect(machine.expire(now: after(5)) == [.interruptLane(0)])
    #expect(machine.endedLane(0) == [.finish])
  }
}
