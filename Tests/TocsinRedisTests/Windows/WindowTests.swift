import RedisClient
import Synchronization
import Testing
import TocsinCore

@testable import TocsinRedis

@Suite struct WindowTests {
  /// A time that a test moves.
  private final class Time: Sendable {
    let milliseconds = Mutex<Int64>(1_770_000_000_000)

    func set(_ offset: Int64) { milliseconds.withLock { $0 = 1_770_000_000_000 + offset } }
  }

  private let time = Time()

  private func with(_ body: (Nodes) async throws -> Void) async throws {
    try await Nodes.with(windowTime: { [time] in time.milliseconds.withLock { $0 } }, body)
  }

  private func request(
    _ value: Double, _ lookbacks: [Int] = [1], campaign: String = "c", metric: String = "m"
  ) -> SampleRequest {
    SampleRequest(
      entity: Entity(campaignID: campaign), metricName: metric, value: value, lookbackMinutes: lookbacks)
  }

  @Test func samplesAddUp() async throws {
    try await with { nodes async throws in
      #expect(
        try await nodes.first.add([request(3), request(-1.5), request(0.1)], tenant: .standard) == [
          [WindowAggregate(count: 1, sum: 3, minimum: 3, maximum: 3)],
          [WindowAggregate(count: 2, sum: 1.5, minimum: -1.5, maximum: 3)],
          [WindowAggregate(count: 3, sum: 1.6, minimum: -1.5, maximum: 3)],
        ])
    }
  }

  @Test func seriesAndLookbacksAreApart() async throws {
    try await with { nodes async throws in
      let requests = [
        request(1, [1, 60]), request(2, [60]), request(4, campaign: "d"), request(8, metric: "n"), request(16, []),
      ]
      let sums = try await nodes.first.add(requests, tenant: .standard).map { $0.map(\.sum) }
      #expect(sums == [[1, 1], [3], [4], [8], []])
      #expect(try await nodes.first.add([request(32)], tenant: Tenant(rawValue: "t"))[0][0].sum == 32)
      #expect(try await nodes.first.add([request(64)], tenant: .standard)[0][0].sum == 65)
      #expect(try await nodes.first.add([], tenant: .standard) == [])
      #expect(try await nodes.first.add([request(1, [])], tenant: .standard) == [[]])
    }
  }

  @Test func bucketsThatBeganInsideTheWindowCount() async throws {
    // A lookback of a minute has buckets of a second; the first one begins at 0.
    try await with { nodes async throws in
      func add(_ value: Double, at offset: Int64) async throws -> WindowAggregate {
        time.set(offset)
        return try await nodes.first.add([request(value)], tenant: .standard)[0][0]
      }
      #expect(try await add(5, at: 0).sum == 5)
      #expect(try await add(7, at: 999).sum == 12)
      #expect(try await add(-1, at: 1000) == WindowAggregate(count: 3, sum: 11, minimum: -1, maximum: 7))
      #expect(try await add(2, at: 59_999).count == 4)
      #expect(try await add(0, at: 60_000) == WindowAggregate(count: 3, sum: 1, minimum: -1, maximum: 2))
      #expect(try await add(0, at: 60_999).count == 4)
      #expect(try await add(0, at: 61_000) == WindowAggregate(count: 4, sum: 2, minimum: 0, maximum: 2))
      #expect(try await add(1, at: 500_000) == WindowAggregate(count: 1, sum: 1, minimum: 1, maximum: 1))
    }
  }

  @Test func theResultIsThatOfKeepingAllBuckets() async throws {
    try await with { nodes async throws in
      var generator = SystemRandomNumberGenerator()
      var samples: [(at: Int64, value: Double)] = []
      var now: Int64 = 0
      for _ in 0..<600 {
        now += Int64.random(in: 0...(Bool.random() ? 700 : 3000), using: &generator)
        let value = Double(Int.random(in: -1000...1000, using: &generator))
        time.set(now)
        samples.append((now, value))
        let window = samples.filter { $0.at / 1000 * 1000 > now - 60_000 }.map(\.value)
        #expect(
          try await nodes.first.add([request(value)], tenant: .standard)[0][0]
            == WindowAggregate(
              count: window.count, sum: window.reduce(0, +), minimum: window.min()!, maximum: window.max()!))
      }
    }
  }

  @Test func memoryIsBoundedAndEnds() async throws {
    try await with { nodes async throws in
      for step in 0..<400 {
        time.set(Int64(step) * 500)
        _ = try await nodes.first.add([request(1)], tenant: .standard)
      }
      let key = nodes.keys.window(
        tenant: .standard, entity: Entity(campaignID: "c"), metric: "m", lookbackMinutes: 1)
      #expect(try await nodes.send("STRLEN", RedisArgument(key)) == .integer(Int64(73 + 59 * 40)))
      let rest = try #require(try await nodes.send("PTTL", RedisArgument(key)).int)
      #expect((50_000...61_000).contains(rest))
    }
  }

  @Test func sumsKeepEveryBitAndNeverBecomeNaN() async throws {
    try await with { nodes async throws in
      let tiny = Double.leastNonzeroMagnitude
      #expect(try await nodes.first.add([request(tiny, campaign: "t")], tenant: .standard)[0][0].minimum == tiny)
      let tenths = try await nodes.first.add(
        (0..<10).map { _ in request(0.1, campaign: "p") }, tenant: .standard)
      #expect(tenths[9][0].sum == (0..<10).reduce(0.0) { sum, _ in sum + 0.1 })
      let most = Double.greatestFiniteMagnitude
      var all = try await nodes.first.add([request(most), request(most)], tenant: .standard)
      time.set(1000)
      all += try await nodes.first.add([request(-most), request(-most), request(-most)], tenant: .standard)
      #expect(all.allSatisfy { $0[0].sum.isFinite && $0[0].minimum.isFinite && $0[0].maximum.isFinite })
      #expect(all[1][0].sum == most)
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity]) func whatIsNotFiniteIsRefused(value: Double) async throws {
    try await with { nodes async throws in
      #expect(await code { _ = try await nodes.first.add([request(1), request(value)], tenant: .standard) } == .data)
      #expect(try await nodes.first.add([request(1)], tenant: .standard)[0][0].count == 1)
    }
  }

  @Test func aClockThatWasSetBackFillsTheNewestBucket() async throws {
    try await with { nodes async throws in
      time.set(30_000)
      _ = try await nodes.first.add([request(1)], tenant: .standard)
      time.set(20_000)
      #expect(try await nodes.first.add([request(2)], tenant: .standard)[0][0].sum == 3)
      time.set(-1_000_000)
      #expect(try await nodes.first.add([request(4)], tenant: .standard)[0][0].sum == 4)
    }
  }

  @Test func aWindowOfAnUnknownVersionIsLeftAlone() async throws {
    try await with { nodes async throws in
      let key = nodes.keys.window(
        tenant: .standard, entity: Entity(campaignID: "c"), metric: "m", lookbackMinutes: 1)
      try await nodes.send("SET", RedisArgument(key), "2 new")
      #expect(
        try await nodes.first.add([request(4)], tenant: .standard) == [
          [WindowAggregate(count: 1, sum: 4, minimum: 4, maximum: 4)]
        ])
      #expect(try await nodes.text(key) == "2 new")
    }
  }

  @Test func theServersTimeCounts() async throws {
    try await Nodes.with(2) { nodes async throws in
      _ = try await nodes.first.add([request(1, [60])], tenant: .standard)
      #expect(try await nodes.second.add([request(2, [60])], tenant: .standard)[0][0].sum == 3)
    }
  }
}
