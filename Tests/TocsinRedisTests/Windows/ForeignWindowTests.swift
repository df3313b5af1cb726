import NIOCore
import RedisClient
import Testing
import TocsinCore

@testable import TocsinRedis

/// Windows that hold what no node wrote.
@Suite struct ForeignWindowTests {
  private static let time: Int64 = 1_770_000_000_000
  private static let doubles: [Double] = [
    .nan, .infinity, -.infinity, -1, 0.5, 1e300, -1e300, 9_223_372_036_854_775_808, .leastNonzeroMagnitude,
  ]

  private func request(_ value: Double, campaign: String = "c") -> SampleRequest {
    SampleRequest(entity: Entity(campaignID: campaign), metricName: "m", value: value, lookbackMinutes: [1])
  }

  private func add(_ nodes: Nodes, _ value: Double) async throws -> WindowAggregate {
    try await nodes.first.add([request(value)], tenant: .standard)[0][0]
  }

  private func key(_ nodes: Nodes) -> RedisArgument {
    RedisArgument(
      nodes.keys.window(tenant: .standard, entity: Entity(campaignID: "c"), metric: "m", lookbackMinutes: 1))
  }

  private func alone(_ value: Double) -> WindowAggregate {
    WindowAggregate(count: 1, sum: value, minimum: value, maximum: value)
  }

  private func bytes(_ value: Double) -> [UInt8] {
    withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
  }

  /// What is left of a window is either read as what it says, or not at all.
  private func isPossible(_ aggregate: WindowAggregate) -> Bool {
    aggregate.count >= 1 && aggregate.sum.isFinite && aggregate.minimum.isFinite && aggregate.maximum.isFinite
      && aggregate.minimum <= aggregate.maximum
  }

  @Test func everyFigureThatCannotBeBeginsTheWindowAgain() async throws {
    try await Nodes.with(windowTime: { Self.time }) { nodes async throws in
      for place in stride(from: 1, to: 73, by: 8) {
        for value in Self.doubles {
          try await nodes.send("DEL", key(nodes))
          _ = try await add(nodes, 3)
          try await nodes.send("SETRANGE", key(nodes), RedisArgument(place), RedisArgument(bytes(value)))
          #expect(isPossible(try await add(nodes, 4)), "\(value) at \(place)")
          let last = try await add(nodes, 5)
          #expect(isPossible(last))
          #expect(last.count >= 2)
        }
      }
    }
  }

  @Test func bytesThatSomebodyWroteIntoAWindowBeginItAgain() async throws {
    try await Nodes.with(windowTime: { Self.time }) { nodes async throws in
      _ = try await add(nodes, 3)
      try await nodes.send("SETRANGE", key(nodes), "9", "zzzzzzzz")
      #expect(try await add(nodes, 4) == alone(4))
      #expect(try await add(nodes, 5).count == 2)
      for text in ["1", "1 short", "zz", "0", "\0", String(repeating: "1", count: 73)] {
        try await nodes.send("SET", key(nodes), RedisArgument(text))
        #expect(try await add(nodes, 4) == alone(4), "\(text)")
        #expect(try await add(nodes, 5).count == 2)
      }
    }
  }

  @Test func bucketsThatCannotBeAreLeftOut() async throws {
    let now = Self.time
    for value in Self.doubles {
      try await Nodes.with(windowTime: { now }) { nodes async throws in
        for (field, offset) in [0, 8, 16, 24, 32].enumerated() {
          var bucket = [Double(now - 30_000), 1, 7, 7, 7]
          bucket[field] = value
          let current = [Double(now - 10_000), 1, 7, 7, 7, 1, 3, 3, 3]
          let all = Array("1".utf8) + (current + bucket).flatMap { bytes($0) }
          try await nodes.send("SET", key(nodes), RedisArgument(all))
          let aggregate = try await add(nodes, 4)
          #expect(isPossible(aggregate), "\(value) at \(offset)")
          #expect((2...3).contains(aggregate.count), "\(value) at \(offset)")
        }
      }
    }
  }

  @Test func aTextThatIsLongerThanAnyWindowIsNotRead() async throws {
    try await Nodes.with(windowTime: { Self.time }) { nodes async throws in
      _ = try await add(nodes, 3)
      try await nodes.send("SETRANGE", key(nodes), "1000000", "x")
      // The newest bucket is of another moment: the whole window has to be read.
      try await nodes.send("SETRANGE", key(nodes), "1", RedisArgument(bytes(Double(Self.time - 30_000))))
      #expect(try await add(nodes, 4) == alone(4))
      #expect(try await nodes.send("STRLEN", key(nodes)) == .integer(73))
    }
  }

  @Test func aKeyOfAnotherTypeIsLeftAloneAndDisturbsNoOther() async throws {
    try await Nodes.with { nodes async throws in
      try await nodes.send("RPUSH", key(nodes), "x")
      let requests = [request(1, campaign: "a"), request(2), request(3, campaign: "b")]
      let sums = try await nodes.first.add(requests, tenant: .standard).map { $0[0] }
      #expect(sums == [alone(1), alone(2), alone(3)])
      #expect(try await nodes.first.add(requests, tenant: .standard).map { $0[0].count } == [2, 1, 2])
      #expect(try await nodes.send("LRANGE", key(nodes), "0", "-1").array?.compactMap(\.string) == ["x"])
    }
  }

  @Test func figuresThatNoSamplesHaveAreNotRead() {
    func read(_ figures: [Double]) -> WindowAggregate? {
      WindowAggregate(ByteBuffer(bytes: figures.flatMap { bytes($0) }))
    }
    #expect(read([2, 5, 1, 4]) == WindowAggregate(count: 2, sum: 5, minimum: 1, maximum: 4))
    for value in Self.doubles where value != 0.5 && value != -1 && value != .leastNonzeroMagnitude {
      #expect(read([value, 5, 1, 4]) == nil)
    }
    for value in [0, -1, 0.5, .leastNonzeroMagnitude] as [Double] { #expect(read([value, 5, 1, 4]) == nil) }
    for value in [.nan, .infinity, -.infinity] as [Double] {
      #expect(read([2, value, 1, 4]) == nil)
      #expect(read([2, 5, value, 4]) == nil)
      #expect(read([2, 5, 1, value]) == nil)
    }
    #expect(read([2, 5, 4, 1]) == nil)
    #expect(WindowAggregate(ByteBuffer()) == nil)
  }
}
