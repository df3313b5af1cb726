import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct EventLogTests {
  @Test func aPlaceOfAnotherEpochIsUnknown() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.first.announce(nodes.first.claimed(1))
      var place = try await nodes.first.newest()
      place.epoch = "e0"
      #expect(try await nodes.first.events(after: place, limit: 10) == nil)
      #expect(try await nodes.first.events(after: EventID(beginningOf: "e0"), limit: 10) == nil)
      try await nodes.send("DEL", RedisArgument(nodes.keys.epoch))
      place.epoch = "e1"
      #expect(try await nodes.first.events(after: place, limit: 10) == nil)
    }
  }

  @Test func aPlaceThatWasTrimmedIsUnknown() async throws {
    try await Nodes.with(eventLogLength: 60) { nodes async throws in
      try await nodes.first.announce(nodes.first.claimed(1))
      let early = try await nodes.first.newest()
      try await nodes.first.announce(nodes.first.claimed(50))
      let late = try await nodes.first.newest()
      #expect(try await nodes.first.events(after: EventID(beginningOf: "e1"), limit: 1)?.count == 1)
      try await nodes.first.announce(nodes.first.claimed(250))
      #expect(try await nodes.first.events(after: early, limit: 1) == nil)
      #expect(try await nodes.first.events(after: late, limit: 1) == nil)
      #expect(try await nodes.first.events(after: EventID(beginningOf: "e1"), limit: 1) == nil)
      let newest = try await nodes.first.newest()
      #expect(try await nodes.first.events(after: newest, limit: 1) == [])
      try await nodes.send("XTRIM", RedisArgument(nodes.keys.events), "MAXLEN", "0")
      #expect(try await nodes.first.events(after: EventID(beginningOf: "e1"), limit: 1) == nil)
    }
  }

  @Test func aPlaceThatTheLogLostIsUnknown() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.first.announce(nodes.first.claimed(2))
      let newest = try await nodes.first.newest()
      try await nodes.send("DEL", RedisArgument(nodes.keys.events))
      #expect(try await nodes.first.events(after: newest, limit: 10) == nil)
    }
  }

  @Test func withoutItsNoteTheNewestPlaceIsReadFromTheLog() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.first.announce(nodes.first.claimed(2))
      let newest = try await nodes.first.newest()
      try await nodes.send("DEL", RedisArgument(nodes.keys.newestEvent))
      #expect(try await nodes.first.newest() == newest)
      try await nodes.listening { heard async throws in
        try await nodes.first.announce(nodes.first.claimed(1))
        #expect(try await heard.batch().predecessor == newest)
      }
    }
  }
}
