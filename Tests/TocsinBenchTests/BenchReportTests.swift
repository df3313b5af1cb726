import Histogram
import Testing
import TocsinClient
import TocsinCore
import TocsinJSON

@testable import TocsinBench

@Suite struct BenchReportTests {
  @Test func percentilesAreMilliseconds() {
    var histogram = LoadResult.histogram()
    for value in 1...1000 { histogram.record(UInt64(value) * 1_000_000) }
    let report = LatencyReport(histogram)
    #expect(report.values.map(\.name) == ["mean", "p50", "p90", "p99", "p99.9", "max"])
    for (value, wanted) in zip(report.values.map(\.milliseconds), [500.5, 500, 900, 990, 999, 1000]) {
      #expect(abs(value - wanted) <= wanted / 500)
    }
    #expect(LatencyReport(LoadResult.histogram()).json == [:])
    #expect(LatencyReport(LoadResult.histogram()).text == "nothing was measured")
  }

  @Test func resultsAddUp() {
    var one = LoadResult()
    one.latencies.record(1000)
    one.statuses = [200: 1, 503: 2]
    one.failures = ["timed_out": 1]
    one.alerts = 1
    one.lastAnswer = 5
    var two = one
    two.lastAnswer = 9
    two.merge(one)
    #expect(two.succeeded == 2)
    #expect(two.alerts == 2)
    #expect(two.lastAnswer == 9)
    #expect(two.errors.map(\.0) == ["503", "timed_out"])
    #expect(two.errors.map(\.1) == [4, 2])
  }

  @Test func theReportSaysWhatWasRun() throws {
    let plan = LoadPlan(
      servers: try ServerAddress.list("http://h:1"), check: [], batch: 10, pace: .open(rate: 100), duration: 2,
      connections: 4, workers: 2, timeout: 1)
    var result = LoadResult()
    for _ in 0..<200 { result.latencies.record(2_000_000) }
    result.statuses = [200: 200, 503: 3]
    result.alerts = 7
    let report = CheckReport(
      plan: plan, shape: CheckShape.usual(fires: false, run: "r"), fires: false, result: result, seconds: 2)
    let json = try #require(report.json.object)
    #expect(json["rps"]?.double == 100)
    #expect(json["checks_per_s"]?.double == 1000)
    #expect(json["errors"] == ["503": 3])
    #expect(json["mode"] == "open")
    #expect(json["latency_from"] == "due")
    #expect(json["latency_ms"]?.object?["p99"]?.double.map { abs($0 - 2) < 0.01 } == true)
    #expect(report.lines[2] == "errors    503: 3")
    #expect(
      report.lines[0]
        == "sent      quiet checks (cpa 50), 10 in a request, 100 requests/s, open loop, over 4 connections, 2 s")
  }

  @Test func theLedgerFindsWhatIsMissingRepeatedAndStray() {
    var ledger = DeliveryLedger(clients: 2)
    ledger.delivered(to: 0, sequence: 0)
    ledger.delivered(to: 0, sequence: 2)
    ledger.delivered(to: 0, sequence: 2)
    ledger.delivered(to: 1, sequence: 0)
    ledger.delivered(to: 1, sequence: 3)
    // Number 1 raised nothing, 3 has no known answer, 4 reached nobody; client 1 wanted even numbers above 0 only.
    let outcome = ledger.outcome(raised: [1, 0, 1, nil, 1]) { client, sequence in client == 0 || sequence > 0 }
    #expect(outcome == DeliveryLedger.Outcome(expected: 5, missing: 3, repeated: 1, stray: 1))
  }
}
