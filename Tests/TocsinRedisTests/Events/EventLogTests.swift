import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct EventLogTests {
  @Test func eventsComeInOrderAndInPages() async throws {
    try await Nodes.with { nodes async throws in
      let beginning = EventID(beginningOf: "e1")
      #expect(try await nodes.first.newest() == beginning)
      #expect(try await nodes.first.events(after: beginning, limit: 10) == [])
      let ids = try await nodes.first.claimed(5)
      try await nodes.first.announce(ids)
      let two = try #require(try await nodes.first.events(after: beginning, limit: 2))
      let rest = try #require(try await nodes.first.events(after: two[1].id, limit: 10))
      #expect((two + rest).map(\.envelope) == ids.map { .sample($0) })
      #expect(try await nodes.first.events(after: rest[2].id, limit: 10) == [])
      #expect(try await nodes.first.newest() == rest[2].id)
    }
  }

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

  @Test func anEventOfAnUnknownVersionKeepsItsPlace() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.first.announce(changes: [AlertChange(changeID: .new(), envelope: Array("2 new".utf8))])
      let events = try await nodes.first.events(after: EventID(beginningOf: "e1"), limit: 10)
      #expect(events == [LoggedEvent(id: try await nodes.first.newest(), envelope: nil)])
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
