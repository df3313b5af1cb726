import TocsinClient
import TocsinCore
package import TocsinJSON

/// What `bench checks` found.
package struct CheckReport {
  let plan: LoadPlan
  let shape: CheckShape
  let fires: Bool
  let result: LoadResult
  let seconds: Double

  /// The report of a run.
  package init(plan: LoadPlan, shape: CheckShape, fires: Bool, result: LoadResult, seconds: Double) {
    self.plan = plan
    self.shape = shape
    self.fires = fires
    self.result = result
    self.seconds = seconds
  }

  private var requestsPerSecond: Double { Double(result.succeeded) / seconds }
  private var checksPerSecond: Double { requestsPerSecond * Double(plan.batch ?? 1) }

  /// Everything, for programs. Latencies are milliseconds.
  package var json: JSON {
    var object: JSONObject = [
      "bench": "checks", "version": .string(TocsinRelease.version),
      "urls": .array(plan.servers.map { .string($0.description) }),
    ]
    switch plan.pace {
    case .open(let rate):
      object["mode"] = "open"
      object["rate"] = .number(rate)
      object["latency_from"] = "due"
    case .closed:
      object["mode"] = "closed"
      object["concurrency"] = .integer(Int64(plan.connections))
      object["latency_from"] = "sent"
    }
    object["connections"] = .integer(Int64(plan.connections))
    object["threads"] = .integer(Int64(plan.workers))
    object["batch"] = .integer(Int64(plan.batch ?? 1))
    object["fire"] = .bool(fires)
    object["metric"] = .string(shape.metric)
    object["value"] = .number(shape.value)
    object["duration_s"] = .number(plan.duration)
    object["measured_s"] = .number(CheckReport.rounded(seconds, 1000))
    object["requests"] = .integer(Int64(result.succeeded))
    object["rps"] = .number(CheckReport.rounded(requestsPerSecond, 10))
    object["checks_per_s"] = .number(CheckReport.rounded(checksPerSecond, 10))
    object["alerts"] = .integer(Int64(result.alerts))
    object["errors"] = .object(JSONObject(result.errors.map { ($0.0, .integer(Int64($0.1))) }))
    object["latency_ms"] = LatencyReport(result.latencies).json
    return .object(object)
  }

  /// Everything, for people.
  package var lines: [String] {
    let pace =
      switch plan.pace {
      case .open(let rate): "\(Figure.exact(rate)) requests/s, open loop, over \(plan.connections) connections"
      case .closed: "\(plan.connections) at once, closed loop"
      }
    let kind = "\(fires ? "firing" : "quiet") checks (\(shape.metric) \(Figure.exact(shape.value)))"
    let batch = plan.batch.map { ", \($0) in a request" } ?? ""
    let errors = result.errors.map { "\($0.0): \($0.1)" }.joined(separator: ", ")
    return [
      "sent      \(kind)\(batch), \(pace), \(Figure.exact(plan.duration)) s",
      "answered  \(result.succeeded) requests, \(CheckReport.perSecond(requestsPerSecond)) requests/s, "
        + "\(CheckReport.perSecond(checksPerSecond)) checks/s, \(result.alerts) alerts",
      "errors    \(errors.isEmpty ? "none" : errors)",
      "latency   \(LatencyReport(result.latencies).text)",
    ]
  }

  /// To a tenth.
  static func perSecond(_ value: Double) -> String {
    Figure.exact(rounded(value, 10))
  }

  /// To so many parts of one.
  static func rounded(_ value: Double, _ parts: Double) -> Double {
    (value * parts).rounded() / parts
  }
}
