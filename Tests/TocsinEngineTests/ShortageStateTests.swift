import Testing
import TocsinCore

@testable import TocsinEngine

@Suite struct ShortageStateTests {
  private let start = ContinuousClock.now

  @Test func aShortageIsNewsWhenItBeginsAndWhenItEnds() {
    var state = ShortageState()
    #expect(state.tookWrites("redis", at: start) == [])
    #expect(state.began(.redisMemory, at: start) == true)
    #expect(state.began(.redisMemory, at: start) == false)
    #expect(state.began(.postgresDisk, at: start) == true)
    #expect(state.names == ["postgresql_disk", "redis_memory"])
    #expect(state.tookWrites("redis", at: start) == [.redisMemory])
    #expect(state.tookWrites("redis", at: start) == [])
    #expect(state.names == ["postgresql_disk"])
    #expect(state.began(.postgresReadOnly, at: start) == true)
    #expect(state.names == ["postgresql_disk", "postgresql_read_only"])
    #expect(state.tookWrites("postgresql", at: start) == [.postgresDisk, .postgresReadOnly])
    #expect(state.names == [])
  }

  @Test func whatIsMetInTurnIsNewsOnceEach() {
    var state = ShortageState()
    #expect(state.began(.redisKeys, at: start) == true)
    #expect(state.began(.redisMemory, at: start) == true)
    for _ in 0..<3 {
      #expect(state.began(.redisKeys, at: start) == false)
      #expect(state.began(.redisMemory, at: start) == false)
    }
    #expect(state.tookWrites("redis", at: start) == [.redisMemory])
    #expect(state.names == ["redis_keys"])
  }

  @Test func aKeyThatIsNotOursCountsUntilNobodyHasMetItForAMinute() {
    var state = ShortageState()
    #expect(state.began(.redisKeys, at: start) == true)
    #expect(state.tookWrites("redis", at: start + .seconds(59)) == [])
    #expect(state.began(.redisKeys, at: start + .seconds(59)) == false)
    #expect(state.tookWrites("redis", at: start + .seconds(118)) == [])
    #expect(state.tookWrites("redis", at: start + .seconds(119)) == [.redisKeys])
  }
}
