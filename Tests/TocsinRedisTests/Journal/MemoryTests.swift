import LocalServers
import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

/// A server that has reached `maxmemory`.
@Suite struct MemoryTests {
  /// What goes on: it moves what is there, makes room, or writes nothing.
  private static let goesOn: Set<String> = [
    "retract", "announce", "announce unwritten", "bury", "discard", "written", "overdue", "unwritten",
    "keeper's lease", "restore lock", "finish restore", "events after", "intact", "newest", "rules", "epoch",
    "restoring", "preview claims", "preview samples",
  ]

  @Test func whatIsRefusedChangesNothing() async throws {
    let server = try LocalRedis.start()
    defer { server.stop() }
    try await Nodes.with(on: server) { nodes async throws in
      for deed in Deed.all {
        try await nodes.send("FLUSHALL")
        try await nodes.first.begin(epoch: "e1")
        try await nodes.first.finishRestore(of: "e1", node: "test")
        let prepared = try await Deed.prepare(nodes)
        let before = try await nodes.state()
        try await nodes.send("CONFIG", "SET", "maxmemory", "1")
        var failure: StoreError?
        do { try await deed.perform(nodes.first, prepared) } catch let error as StoreError { failure = error }
        try await nodes.send("CONFIG", "SET", "maxmemory", "0")
        if Self.goesOn.contains(deed.testDescription) {
          #expect(failure == nil, "\(deed.testDescription)")
        } else {
          #expect(failure?.code == .unavailable, "\(deed.testDescription)")
          #expect(failure?.shortage == .redisMemory, "\(deed.testDescription)")
          #expect(try await nodes.state() == before, "\(deed.testDescription)")
        }
      }
    }
  }

  @Test func theKeeperMakesRoom() async throws {
    let server = try LocalRedis.start()
    defer { server.stop() }
    try await Nodes.with(on: server) { nodes async throws in
      let ids = try await nodes.first.claimed(3)
      try await nodes.first.announceUnwritten([ids[2]])
      try await nodes.send("CONFIG", "SET", "maxmemory", "1")
      #expect(try await nodes.first.holdKeeperLease(node: "a", milliseconds: 60_000))
      #expect(try await nodes.first.announce(ids) == 2)
      try await nodes.first.written([ids[2]])
      #expect(try await nodes.counts() == [0, 0])
      #expect(await code { try await nodes.first.checkWrites() } == .unavailable)
      try await nodes.send("CONFIG", "SET", "maxmemory", "0")
      try await nodes.first.checkWrites()
    }
  }
}
