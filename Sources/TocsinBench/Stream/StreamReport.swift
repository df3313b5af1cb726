import Histogram
import TocsinClient
import TocsinCore
package import TocsinJSON

/// What `bench stream` found.
package struct StreamReport {
  let audience: StreamPlan
  let load: LoadPlan
  let rate: Double
  let published: LoadResult
  let seconds: Double
  /// By thread.
  let heard: [StreamAudience.Result]

  /// By the check's number how many alerts it raised; nil where there was no good answer.
  private var raised: [UInt8?] {
    let count = (published.raised.map(\.sequence).max()).map { Int($0) + 1 } ?? 0
    var raised = [UInt8?](repeating: nil, count: count)
    for item in published.raised { raised[Int(item.sequence)] = UInt8(clamping: item.alerts) }
    return raised
  }

  /// How the deliveries compare with what was raised.
  var outcome: DeliveryLedger.Outcome {
    let raised = raised
    return heard.enumerated().reduce(DeliveryLedger.Outcome()) { total, part in
      let (worker, result) = part
      return total
        + result.ledger.outcome(raised: raised) { local, sequence in
          guard let campaigns = audience.campaigns else { return true }
          let client = StreamAudience.client(local, worker: worker, workers: audience.workers)
          return client % campaigns == sequence % campaigns
        }
    }
  }

  /// Whether checks were answered, and every event arrived exactly once, at those who had subscribed to it.
  package var isExact: Bool {
    let outcome = outcome
    return outcome.missing == 0 && outcome.repeated == 0 && outcome.stray == 0 && published.succeeded > 0
  }

  private var latencies: Histogram<UInt64> {
    heard.reduce(into: LoadResult.histogram()) { $0.add($1.latencies) }
  }

  private func sum(_ path: KeyPath<StreamAudience.Result, Int>) -> Int {
    heard.reduce(0) { $0 + $1[keyPath: path] }
  }

  /// Everything, for programs. Latencies are milliseconds.
  package var json: JSON {
    let outcome = outcome
    let delivered = sum(\.delivered)
    var object: JSONObject = [
      "bench": "stream", "version": .string(TocsinRelease.version),
      "urls": .array(audience.servers.map { .string($0.description) }),
      "publish_urls": .array(load.servers.map { .string($0.description) }),
      "clients": .integer(Int64(audience.clients)),
    ]
    object["subscribed_campaigns"] = audience.campaigns.map { .integer(Int64($0)) } ?? .null
    object["rate"] = .number(rate)
    object["threads"] = .integer(Int64(audience.workers))
    object["duration_s"] = .number(load.duration)
    object["clients_connected"] = .integer(Int64(sum(\.connected)))
    object["clients_lost"] = .integer(Int64(sum(\.lost)))
    object["resyncs"] = .integer(Int64(sum(\.resyncs)))
    object["published"] = .integer(Int64(published.succeeded))
    object["publish_errors"] = .object(JSONObject(published.errors.map { ($0.0, .integer(Int64($0.1))) }))
    object["publish_latency_ms"] = LatencyReport(published.latencies).json
    object["alerts"] = .integer(Int64(published.alerts))
    object["deliveries"] = .integer(Int64(delivered))
    object["deliveries_per_s"] = .number(CheckReport.rounded(Double(delivered) / seconds, 10))
    object["expected"] = .integer(Int64(outcome.expected))
    object["missing"] = .integer(Int64(outcome.missing))
    object["repeated"] = .integer(Int64(outcome.repeated))
    object["stray"] = .integer(Int64(outcome.stray))
    object["delivery_latency_ms"] = LatencyReport(latencies).json
    return .object(object)
  }

  /// Everything, for people.
  package var lines: [String] {
    let outcome = outcome
    let delivered = sum(\.delivered)
    let errors = published.errors.map { "\($0.0): \($0.1)" }.joined(separator: ", ")
    return [
      "clients   \(sum(\.connected)) of \(audience.clients) connected, \(sum(\.lost)) lost"
        + (audience.campaigns.map { ", each on one of \($0) campaigns" } ?? ""),
      "published \(published.succeeded) checks, \(published.alerts) alerts; errors \(errors.isEmpty ? "none" : errors)",
      "delivered \(delivered) events, \(CheckReport.perSecond(Double(delivered) / seconds)) events/s; "
        + "missing \(outcome.missing), repeated \(outcome.repeated), stray \(outcome.stray) "
        + "of \(outcome.expected) expected",
      "latency   \(LatencyReport(latencies).text)",
    ]
  }
}
