import NIOCore
import Testing

@testable import RedisClient

@Suite struct SubscriberStateMachineTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
  private let info = RedisValue.bulk(ByteBuffer(string: "run_id:abc\r\n"))

  private func after(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }
  private func push(_ parts: String...) -> RedisValue { .array(parts.map { .bulk(ByteBuffer(string: $0)) }) }

  private func confirmed(_ channel: String, _ count: Int64) -> RedisValue {
    .array([.bulk(ByteBuffer(string: "subscribe")), .bulk(ByteBuffer(string: channel)), .integer(count)])
  }

  private func greeted() -> SubscriberStateMachine {
    var machine = SubscriberStateMachine(
      RedisConfiguration(), channels: ["a", "b"], pingInterval: .seconds(5), now: start)
    #expect(machine.greeting == [["PING"], ["INFO", "server"]])
    #expect(machine.received(.simple("PONG"), now: start) == .none)
    #expect(machine.received(info, now: start) == .subscribe(["SUBSCRIBE", "a", "b"]))
    return machine
  }

  private func subscribed() -> SubscriberStateMachine {
    var machine = greeted()
    #expect(machine.received(confirmed("a", 1), now: start) == .none)
    #expect(machine.received(confirmed("b", 2), now: start) == .subscribed(runID: "abc"))
    return machine
  }

  @Test func subscribesAndDelivers() {
    var machine = subscribed()
    #expect(
      machine.received(push("message", "b", "x\0y"), now: start)
        == .message(channel: "b", payload: ByteBuffer(string: "x\0y")))
  }

  @Test func asksForASignOfLifeAndAnythingIsOne() {
    var machine = subscribed()
    #expect(machine.tick(now: after(4)) == .wait(until: after(5)))
    #expect(machine.tick(now: after(5)) == .ping(until: after(7)))
    #expect(machine.received(push("message", "a", ""), now: after(6)) != .none)
    #expect(machine.tick(now: after(7)) == .wait(until: after(11)))
    #expect(machine.tick(now: after(11)) == .ping(until: after(13)))
    #expect(machine.received(push("pong", ""), now: after(12)) == .none)
    #expect(machine.tick(now: after(13)) == .wait(until: after(17)))
  }

  @Test func aPeerThatSaysNothingIsLost() {
    var machine = subscribed()
    _ = machine.tick(now: after(5))
    guard case .end(let error) = machine.tick(now: after(7)) else { return #expect(Bool(false), "must end") }
    #expect(error.code == .timeout)
    let isNews = machine.lost()
    #expect(!isNews)
  }

  @Test func aSubscriptionThatIsNotConfirmedIsLost() {
    var machine = greeted()
    #expect(machine.tick(now: start) == .wait(until: after(2)))
    guard case .end = machine.tick(now: after(2)) else { return #expect(Bool(false), "must end") }
  }

  @Test func errorsAndNonsenseEnd() {
    var machine = greeted()
    #expect(
      machine.received(.error("NOPERM no"), now: start) == .end(RedisError(.serverError, "NOPERM no")))
    for reply in [RedisValue.integer(1), push("message", "a"), confirmed("c", 3), .array([])] {
      var machine = subscribed()
      guard case .end(let error) = machine.received(reply, now: start) else { return #expect(Bool(false), "must end") }
      #expect(error.code == .unexpectedReply)
    }
  }
}
