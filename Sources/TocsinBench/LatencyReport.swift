import Histogram
import TocsinCore
import TocsinJSON

/// The percentiles of a histogram of nanoseconds, in milliseconds.
struct LatencyReport: Sendable, Equatable {
  /// The names of the percentiles, and their values.
  let values: [(name: String, milliseconds: Double)]

  init(_ histogram: Histogram<UInt64>) {
    let percentiles: [(String, Double)] = [("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9)]
    guard histogram.totalCount > 0 else {
      values = []
      return
    }
    values =
      [("mean", Self.milliseconds(histogram.mean))]
      + percentiles.map { ($0.0, Self.milliseconds(Double(histogram.valueAtPercentile($0.1)))) }
      + [("max", Self.milliseconds(Double(histogram.maxRecorded)))]
  }

  /// An object of numbers; empty where nothing was measured.
  var json: JSON {
    .object(JSONObject(values.map { ($0.name, .number($0.milliseconds)) }))
  }

  /// `p50 0.8  p90 1.2 … ms`
  var text: String {
    values.isEmpty
      ? "nothing was measured" : values.map { "\($0.name) \($0.milliseconds)" }.joined(separator: "  ") + " ms"
  }

  static func == (left: LatencyReport, right: LatencyReport) -> Bool {
    left.values.elementsEqual(right.values) { $0 == $1 }
  }

  /// To the microsecond.
  private static func milliseconds(_ nanoseconds: Double) -> Double {
    (nanoseconds / 1000).rounded() / 1000
  }
}
