import Synchronization

/// The node's metrics, in Prometheus' terms: names carry their unit (`_seconds`, `_bytes`, `_total`), labels have
/// few values (never a campaign, never a URL).
package final class MetricsRegistry: Sendable {
  enum Instrument {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(MetricHistogram)

    var kind: String {
      switch self {
      case .counter: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      }
    }
  }

  struct Family {
    var help: String
    var series: [(labels: String, instrument: Instrument)]
  }

  /// Brings gauges up to date. Not a mere closure: one in an array is wrapped by each access.
  struct Collector: Sendable {
    let collect: @Sendable () -> Void
  }

  struct State {
    var families: [String: Family] = [:]
    var collectors: [Collector] = []
  }

  private let state = Mutex(State())

  /// An empty registry.
  package init() {}

  /// The counter of that name and those labels; made when first asked for.
  package func counter(_ name: String, help: String, labels: [(String, String)] = []) -> Counter {
    let instrument = instrument(name, help, labels) { .counter(Counter()) }
    guard case .counter(let counter) = instrument else { preconditionFailure("\(name) is no counter") }
    return counter
  }

  /// Shows a counter that was made elsewhere, without labels.
  package func show(_ counter: Counter, as name: String, help: String) {
    _ = instrument(name, help, []) { .counter(counter) }
  }

  /// The gauge of that name and those labels; made when first asked for.
  package func gauge(_ name: String, help: String, labels: [(String, String)] = []) -> Gauge {
    let instrument = instrument(name, help, labels) { .gauge(Gauge()) }
    guard case .gauge(let gauge) = instrument else { preconditionFailure("\(name) is no gauge") }
    return gauge
  }

  /// The histogram of that name and those labels; made when first asked for.
  package func histogram(
    _ name: String, help: String, labels: [(String, String)] = [], buckets: [Double] = MetricHistogram.seconds
  ) -> MetricHistogram {
    let instrument = instrument(name, help, labels) { .histogram(MetricHistogram(bounds: buckets)) }
    guard case .histogram(let histogram) = instrument else { preconditionFailure("\(name) is no histogram") }
    return histogram
  }

  /// Runs a closure before each rendering, to bring gauges up to date.
  package func onCollect(_ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.collectors.append(Collector(collect: body)) }
  }

  private func instrument(
    _ name: String, _ help: String, _ labels: [(String, String)], make: () -> Instrument
  ) -> Instrument {
    let text = labels.map { "\($0.0)=\"\(MetricsRegistry.escape($0.1))\"" }.joined(separator: ",")
    return state.withLock { state in
      if let existing = state.families[name]?.series.first(where: { $0.labels == text }) {
        return existing.instrument
      }
      let instrument = make()
      state.families[name, default: Family(help: help, series: [])].series.append((text, instrument))
      return instrument
    }
  }

  private static func escape(_ value: String) -> String {
    var text = ""
    for character in value {
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.append(character)
      }
    }
    return text
  }

  /// All metrics in Prometheus' text format 0.0.4.
  package func render() -> String {
    let collectors = state.withLock { $0.collectors }
    for collector in collectors { collector.collect() }
    let families = state.withLock { $0.families }
    var text = ""
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      guard let kind = family.series.first?.instrument.kind else { continue }
      text += "# HELP \(name) \(family.help)\n# TYPE \(name) \(kind)\n"
      for (labels, instrument) in family.series {
        MetricsRegistry.render(name, labels, instrument, into: &text)
      }
    }
    return text
  }

  private static func render(_ name: String, _ labels: String, _ instrument: Instrument, into text: inout String) {
    let braced = labels.isEmpty ? "" : "{\(labels)}"
    switch instrument {
    case .counter(let counter): text += "\(name)\(braced) \(counter.value)\n"
    case .gauge(let gauge): text += "\(name)\(braced) \(number(gauge.value))\n"
    case .histogram(let histogram):
      let counts = histogram.snapshot
      let prefix = labels.isEmpty ? "" : labels + ","
      var sum = 0
      for (bound, count) in zip(histogram.bounds, counts.buckets) {
        sum += count
        text += "\(name)_bucket{\(prefix)le=\"\(number(bound))\"} \(sum)\n"
      }
      text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(counts.count)\n"
      text += "\(name)_sum\(braced) \(number(counts.sum))\n\(name)_count\(braced) \(counts.count)\n"
    }
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }
}
