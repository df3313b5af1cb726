import Testing
import TocsinCore

/// What `SampleWindows` promises, by every adapter.
@Suite struct SampleWindowsTests {
  private func request(
    _ value: Double, _ lookbacks: [Int] = [10_080], campaign: String = "c", metric: String = "m"
  ) -> SampleRequest {
    SampleRequest(
      entity: Entity(campaignID: campaign), metricName: metric, value: value, lookbackMinutes: lookbacks)
  }

  @Test(arguments: RedisAdapter.allCases) func samplesAddUpInTheirOrder(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      #expect(
        try await redis.first.add([request(3), request(-1.5), request(0.1)], tenant: .standard) == [
          [WindowAggregate(count: 1, sum: 3, minimum: 3, maximum: 3)],
          [WindowAggregate(count: 2, sum: 1.5, minimum: -1.5, maximum: 3)],
          [WindowAggregate(count: 3, sum: 1.6, minimum: -1.5, maximum: 3)],
        ])
      #expect(try await redis.second.add([request(1)], tenant: .standard)[0][0].count == 4)
    }
  }

  @Test(arguments: RedisAdapter.allCases) func seriesAndLookbacksAreApart(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      let requests = [
        request(1, [5000, 10_080]), request(2, [10_080]), request(4, campaign: "d"), request(8, metric: "n"),
        request(16, []),
      ]
      let sums = try await redis.first.add(requests, tenant: .standard).map { $0.map(\.sum) }
      #expect(sums == [[1, 1], [3], [4], [8], []])
      #expect(try await redis.first.add([request(32)], tenant: Tenant(rawValue: "t"))[0][0].sum == 32)
      #expect(try await redis.first.add([], tenant: .standard) == [])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aPreviewAddsNothing(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      _ = try await redis.first.add([request(3)], tenant: .standard)
      let preview = try await redis.second.preview([request(1), request(5)], tenant: .standard)
      #expect(preview.map { $0.map(\.sum) } == [[4], [8]])
      #expect(try await redis.first.add([request(1)], tenant: .standard) == [preview[0]])
    }
  }

  @Test(arguments: RedisAdapter.allCases) func sumsStayFiniteAndWhatIsNotIsRefused(_ adapter: RedisAdapter) async throws
  {
    try await adapter.with { redis async throws in
      let most = Double.greatestFiniteMagnitude
      let sums = try await redis.first.add([request(most), request(most), request(1)], tenant: .standard)
      #expect(sums.map { $0[0].sum } == [most, most, most])
      for value in [Double.infinity, .nan] {
        #expect(
          await code { _ = try await redis.first.add([request(1), request(value)], tenant: .standard) } == .data)
      }
      #expect(try await redis.first.add([request(1)], tenant: .standard)[0][0].count == 4)
    }
  }
}

/// What `ClusterSealing` promises, by every adapter.
@Suite struct ClusterSealingTests {
  private let own = DatabaseIdentity(id: "7d9.16384", description: "\"tocsin\", schema \"public\" at 10.0.0.5:5432 | a")
  private let another = DatabaseIdentity(id: "8aa.5", description: "\"staging\"")

  @Test(arguments: RedisAdapter.allCases) func theFirstNodeSealsAndOnlyNodesOfItsDatabaseRenew(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let seal = ClusterSeal(redisIdentity: "r1", database: own)
      let first = try await redis.first.seal(seal, lasting: 2_000_000)
      #expect(first == FoundSeal(seal: seal, millisecondsLeft: 2_000_000))
      let foreign = try await redis.second.seal(
        ClusterSeal(redisIdentity: "r2", database: another), lasting: 9_000_000)
      #expect(foreign?.seal == seal)
      #expect((foreign?.millisecondsLeft ?? .max) <= 2_000_000)
      let renewed = try await redis.second.seal(ClusterSeal(redisIdentity: "r2", database: own), lasting: 9_000_000)
      #expect(renewed?.seal == seal)
      #expect((renewed?.millisecondsLeft ?? 0) > 2_000_000)
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aSealOfTheDatabaseBeforeItWasRestoredBecomesItsOwn(
    _ adapter: RedisAdapter
  ) async throws {
    try await adapter.with { redis async throws in
      let restored = DatabaseIdentity(id: "7d9.17281", description: own.description)
      _ = try await redis.first.seal(ClusterSeal(redisIdentity: "r1", database: own), lasting: 3_600_000)
      let foreign = try await redis.second.seal(
        ClusterSeal(redisIdentity: "r2", database: restored), insteadOf: another, lasting: 3_600_000)
      #expect(foreign?.seal.database == own)
      let first = try await redis.first.seal(
        ClusterSeal(redisIdentity: "r9", database: restored), insteadOf: own, lasting: 3_600_000)
      #expect(first?.seal == ClusterSeal(redisIdentity: "r1", database: restored))
    }
  }

  @Test(arguments: RedisAdapter.allCases) func aSealEndsByItself(_ adapter: RedisAdapter) async throws {
    try await adapter.with { redis async throws in
      _ = try await redis.first.seal(ClusterSeal(redisIdentity: "r1", database: own), lasting: 20)
      let next = ClusterSeal(redisIdentity: "r2", database: another)
      while try await redis.second.seal(next, lasting: 3_600_000)?.seal != next { redis.tick() }
    }
  }
}
