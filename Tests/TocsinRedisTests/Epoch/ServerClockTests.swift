import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct ServerClockTests {
  private func at(_ microseconds: Int64) -> ServerClock.Local { ServerClock.Local(microseconds: microseconds) }

  @Test func beforeTheFirstAnswerTheWallClockStandsIn() {
    let clock = ServerClock(guess: 5_000_000)
    #expect(clock.milliseconds(at: at(1_000_000)) == 6000)
  }

  @Test func aQuickAnswerMakesTheEstimateGoodAndSlowOnesDoNotDisturbIt() {
    var clock = ServerClock(guess: 0)
    clock.heard(serverMilliseconds: 10_000, sent: at(0), received: at(2000))
    #expect(clock.lead == 9_998_000...10_000_999)
    clock.heard(serverMilliseconds: 10_005, sent: at(4800), received: at(5200))
    #expect(clock.lead == 9_999_800...10_000_999)
    clock.heard(serverMilliseconds: 10_500, sent: at(100_000), received: at(900_000))
    #expect(clock.lead == 9_999_800...10_000_999)
    #expect(clock.milliseconds(at: at(1_000_000)) == 11_000)
  }

  @Test func anAnswerThatContradictsBeginsAnew() {
    var clock = ServerClock(guess: 0)
    clock.heard(serverMilliseconds: 10_000, sent: at(0), received: at(1000))
    clock.heard(serverMilliseconds: 5000, sent: at(2000), received: at(3000))
    #expect(clock.lead == 4_997_000...4_998_999)
  }

  @Test(arguments: [.min, .min + 1, -1, 253_402_300_800_000, .max / 1000, .max - 1, .max] as [Int64])
  func aMomentThatIsNoneIsPassedOver(milliseconds: Int64) {
    var clock = ServerClock(guess: 0)
    clock.heard(serverMilliseconds: 10_000, sent: at(0), received: at(1000))
    clock.heard(serverMilliseconds: milliseconds, sent: at(2000), received: at(3000))
    #expect(clock.lead == 9_999_000...10_000_999)
    for edge in [0, 253_402_300_799_999] as [Int64] {
      clock.heard(serverMilliseconds: edge, sent: at(2000), received: at(3000))
      #expect(abs(clock.milliseconds(at: at(3000)) - edge) <= 2)
    }
  }

  @Test func everyAnswerSetsTheTime() async throws {
    try await Nodes.with { nodes async throws in
      _ = try await nodes.first.claim([.sample()])
      let parts = try #require(try await nodes.send("TIME").array?.compactMap(\.int))
      #expect(abs(nodes.first.now().milliseconds - Int64(parts[0] * 1000 + parts[1] / 1000)) < 60_000)
    }
  }
}
