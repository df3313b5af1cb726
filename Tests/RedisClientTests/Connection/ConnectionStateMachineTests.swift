import NIOCore
import Testing

@testable import RedisClient

/// Transcripts: what happens, and what the connection does then.
@Suite struct ConnectionStateMachineTests {
  typealias Machine = ConnectionStateMachine<String>

  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
  private let info = RedisValue.bulk(ByteBuffer(string: "# Server\r\nredis_version:7.0\r\nrun_id:abc\r\nhz:10\r\n"))

  private func after(_ milliseconds: Int64) -> NIODeadline { start + .milliseconds(milliseconds) }

  private func machine(_ change: (inout RedisConfiguration) -> Void = { _ in }) -> Machine {
    var configuration = RedisConfiguration()
    change(&configuration)
    return Machine(configuration, now: start)
  }

  private func ready() -> Machine {
    var machine = machine()
    _ = machine.received(.simple("PONG"), now: start)
    _ = machine.received(info, now: start)
    return machine
  }

  private func say(_ isSent: Bool) -> String { isSent ? "sent" : "refused" }

  private func say(_ action: Machine.ReplyAction) -> String {
    switch action {
    case .none: "-"
    case .open(let runID): "open \(runID)"
    case .deliver(let waiter, .one(let value), let close): "\(waiter) ← \(value)\(close ? ", close" : "")"
    case .deliver(let waiter, .many(let values), let close): "\(waiter) ← \(values)\(close ? ", close" : "")"
    case .end(let ending): say(ending)
    }
  }

  private func say(_ ending: Machine.Ending?) -> String {
    guard let ending else { return "-" }
    let failed = ending.failed.map { "\($0.waiter): \($0.error.code)\($0.error.mayHaveBeenExecuted ? "?" : "")" }
    return "end \(ending.reason.code) [\(failed.joined(separator: ", "))]"
  }

  private func say(_ action: Machine.TickAction) -> String {
    switch action {
    case .wait(let time): "wait \((time - start).nanoseconds / 1_000_000)"
    case .ping(let time): "ping, wait \((time - start).nanoseconds / 1_000_000)"
    case .end(let ending): say(ending)
    case .stop: "stop"
    }
  }

  @Test(arguments: ["", "x", "run_id:", "run_id:   \r\n", "redis_version:7.0\r\n", "RUN_ID:abc"])
  func aServerThatDoesNotSayWhichOneItIsCountsAsAnotherEachTime(text: String) {
    func runID() -> String? {
      var machine = machine()
      _ = machine.received(.simple("PONG"), now: start)
      guard case .open(let runID) = machine.received(.bulk(ByteBuffer(string: text)), now: start) else { return nil }
      return runID
    }
    let first = runID()
    #expect(first?.isEmpty == false)
    #expect(first != runID())
  }

  @Test func logsInBeforeItOpens() {
    var machine = machine {
      $0.username = "u"
      $0.password = "p"
      $0.database = 3
    }
    #expect(machine.greeting == [["AUTH", "u", "p"], ["SELECT", 3], ["PING"], ["INFO", "server"]])
    #expect(say(machine.submitted("early", count: 1, now: start)) == "refused")
    #expect(say(machine.received(.simple("OK"), now: start)) == "-")
    #expect(say(machine.received(.simple("OK"), now: start)) == "-")
    #expect(say(machine.received(.simple("PONG"), now: start)) == "-")
    #expect(say(machine.received(info, now: start)) == "open abc")
    #expect(say(machine.submitted("a", count: 1, now: start)) == "sent")
  }

  @Test func aPasswordAloneIsTheDefaultUsers() {
    #expect(machine { $0.password = "p" }.greeting.first == ["AUTH", "p"])
    #expect(machine().greeting == [["PING"], ["INFO", "server"]])
  }

  @Test func aRefusedLogInEnds() {
    var machine = machine { $0.password = "p" }
    #expect(say(machine.received(.error("WRONGPASS no"), now: start)) == "end serverError []")
    #expect(say(machine.received(.error("NOAUTH no"), now: start)) == "-")
    #expect(say(machine.lost(RedisError(.connectionLost, "x"))) == "-")
  }

  @Test func aServerThatLoadsIsAway() {
    var machine = machine()
    #expect(say(machine.received(.error("LOADING Redis is loading"), now: start)) == "end away []")
  }

  /// A user may not have the right to ask; such a server counts as another one each time.
  @Test func aServerThatDoesNotSayWhichItIsIsAnotherOneEachTime() {
    var machine = machine()
    _ = machine.received(.simple("PONG"), now: start)
    #expect(say(machine.received(.bulk(ByteBuffer(string: "nothing")), now: start)).hasPrefix("open unknown-"))
  }

  @Test func repliesGoToThoseWhoWaitInOrder() {
    var machine = ready()
    #expect(say(machine.submitted("a", count: 1, now: start)) == "sent")
    #expect(say(machine.submitted("b", count: 3, now: start)) == "sent")
    #expect(say(machine.submitted("c", count: 1, now: start)) == "sent")
    #expect(say(machine.received(.integer(1), now: start)) == "a ← 1")
    #expect(say(machine.received(.integer(2), now: start)) == "-")
    #expect(say(machine.received(.error("ERR x"), now: start)) == "-")
    #expect(say(machine.received(.integer(4), now: start)) == "b ← [2, (error) ERR x, 4]")
    #expect(say(machine.received(.error("ERR y"), now: start)) == "c ← (error) ERR y")
    #expect(say(machine.received(.integer(5), now: start)) == "end unexpectedReply []")
  }

  @Test func anErrorThatNobodyAskedForIsTheReason() {
    var machine = ready()
    #expect(say(machine.received(.error("ERR max number of clients"), now: start)) == "end serverError []")
  }

  @Test(arguments: ["LOADING x", "READONLY x", "MASTERDOWN x", "CLUSTERDOWN x", "TRYAGAIN x"])
  func awayEndsAndOnlyTheOthersAreInDoubt(text: String) {
    var machine = ready()
    _ = machine.submitted("a", count: 1, now: start)
    _ = machine.submitted("b", count: 1, now: start)
    #expect(say(machine.received(.error(text), now: start)) == "end away [a: away, b: connectionLost?]")
    #expect(say(machine.submitted("c", count: 1, now: start)) == "refused")
  }

  @Test func awayInAPipelineLeavesItsOtherCommandsInDoubt() {
    var machine = ready()
    _ = machine.submitted("a", count: 2, now: start)
    #expect(say(machine.received(.integer(1), now: start)) == "-")
    #expect(say(machine.received(.error("READONLY x"), now: start)) == "end away [a: away?]")
  }

  @Test func whatIsInFlightWhenTheConnectionBreaksIsInDoubt() {
    var machine = ready()
    _ = machine.submitted("a", count: 1, now: start)
    _ = machine.submitted("b", count: 2, now: start)
    #expect(
      say(machine.lost(RedisError(.connectionLost, "reset")))
        == "end connectionLost [a: connectionLost?, b: connectionLost?]")
    #expect(say(machine.lost(RedisError(.connectionLost, "again"))) == "-")
    #expect(say(machine.received(.integer(1), now: start)) == "-")
  }

  @Test func aReplyThatCannotBeReadIsToldToTheOldest() {
    var machine = ready()
    _ = machine.submitted("a", count: 1, now: start)
    _ = machine.submitted("b", count: 1, now: start)
    #expect(
      say(machine.lost(RedisError(.unexpectedReply, "deep")))
        == "end unexpectedReply [a: unexpectedReply?, b: connectionLost?]")
  }

  @Test func theOldestOverdueCommandEndsTheConnectionExactlyOnTime() {
    var machine = ready()
    #expect(say(machine.tick(now: start)) == "wait 250")
    _ = machine.submitted("a", count: 1, now: after(100))
    _ = machine.submitted("b", count: 1, now: after(1_000))
    #expect(say(machine.tick(now: after(250))) == "wait 500")
    #expect(say(machine.tick(now: after(2_000))) == "wait 2100")
    #expect(say(machine.tick(now: after(2_100))) == "end timeout [a: timeout?, b: connectionLost?]")
    #expect(say(machine.tick(now: after(2_200))) == "stop")
  }

  @Test func anAnsweredCommandIsNotOverdue() {
    var machine = ready()
    _ = machine.submitted("a", count: 1, now: start)
    _ = machine.submitted("b", count: 1, now: after(1_900))
    _ = machine.received(.integer(1), now: after(1_950))
    #expect(say(machine.tick(now: after(2_000))) == "wait 2250")
  }

  @Test func anIdleConnectionIsAskedForASignOfLife() {
    var machine = ready()
    #expect(say(machine.tick(now: after(4_999))) == "wait 5249")
    #expect(say(machine.tick(now: after(5_000))) == "ping, wait 5250")
    _ = machine.submitted("ping", count: 1, now: after(5_000))
    #expect(say(machine.tick(now: after(5_250))) == "wait 5500")
    #expect(say(machine.tick(now: after(7_000))) == "end timeout [ping: timeout?]")
  }

  @Test func drainsWhatIsInFlight() {
    var machine = ready()
    _ = machine.submitted("a", count: 1, now: start)
    _ = machine.submitted("b", count: 1, now: start)
    guard case .none = machine.drain() else { return #expect(Bool(false), "must wait") }
    #expect(say(machine.submitted("c", count: 1, now: start)) == "refused")
    #expect(say(machine.received(.integer(1), now: start)) == "a ← 1")
    #expect(say(machine.received(.integer(2), now: start)) == "b ← 2, close")
  }

  @Test func aDrainIsBoundedByTheTimeout() {
    var machine = ready()
    _ = machine.submitted("a", count: 1, now: start)
    _ = machine.drain()
    #expect(say(machine.tick(now: after(2_000))) == "end timeout [a: timeout?]")
  }

  @Test func drainsAtOnceWhenIdleOrNotReadyYet() {
    for var machine in [ready(), machine()] {
      guard case .end(let ending) = machine.drain() else { return #expect(Bool(false), "must end") }
      #expect(say(ending) == "end shutdown []")
    }
  }
}
