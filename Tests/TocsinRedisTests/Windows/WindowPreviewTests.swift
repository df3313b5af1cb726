import Fuzzing
import Synchronization
import Testing
import TocsinCore

@testable import TocsinRedis

/// Aggregates that are read as if a sample had been added.
@Suite struct WindowPreviewTests {
  private final class Time: Sendable {
    let milliseconds = Mutex<Int64>(1_770_000_000_000)
  }

  private func request(_ value: Double, _ lookbacks: [Int] = [1, 60], campaign: String = "c") -> SampleRequest {
    SampleRequest(
      entity: Entity(campaignID: campaign), metricName: "m", value: value, lookbackMinutes: lookbacks)
  }

  @Test func aPreviewAddsNothing() async throws {
    try await Nodes.with { nodes async throws in
      _ = try await nodes.first.preview([request(1)], tenant: .standard)
      #expect(try await nodes.state().values.keys.filter { $0.contains(":window:") } == [])
      _ = try await nodes.first.add([request(1)], tenant: .standard)
      let before = try await nodes.state()
      let many = (0..<300).map { request(Double($0), campaign: "c\($0)") }
      #expect(try await nodes.first.preview(many, tenant: .standard).allSatisfy { $0.map(\.count) == [1, 1] })
      #expect(try await nodes.first.preview([request(2)], tenant: .standard)[0].map(\.count) == [2, 2])
      #expect(try await nodes.first.preview([], tenant: .standard) == [])
      #expect(await code { _ = try await nodes.first.preview([request(.nan)], tenant: .standard) } == .data)
      #expect(try await nodes.state() == before)
    }
  }

  /// Whatever a window holds, and however long ago that was.
  @Test func aPreviewIsWhatAddingThenReturns() async throws {
    let time = Time()
    let now: @Sendable () -> Int64 = { time.milliseconds.withLock { $0 } }
    try await Nodes.with(windowTime: now) { nodes async throws in
      var generator = SeededGenerator(seed: 8)
      for _ in 0..<1500 {
        // Mostly within a bucket, sometimes past the window, sometimes back.
        let step = [0, 1, 400, 6000, 100_000, 310_000, 3_700_000, -5000].randomElement(using: &generator) ?? 0
        time.milliseconds.withLock { $0 += Int64(step) }
        let campaign = ["a", "b", "d"].randomElement(using: &generator) ?? ""
        let value = Double.random(in: -100...100, using: &generator)
        let wanted = request(value, [5, 60, 1440].shuffled(using: &generator), campaign: campaign)
        let preview = try await nodes.first.preview([wanted], tenant: .standard)
        #expect(try await nodes.first.preview([wanted], tenant: .standard) == preview)
        #expect(try await nodes.first.add([wanted], tenant: .standard) == preview)
      }
    }
  }
}
