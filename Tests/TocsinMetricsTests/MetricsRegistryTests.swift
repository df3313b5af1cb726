import Testing

@testable import TocsinMetrics

@Suite struct MetricsRegistryTests {
  @Test func rendersPrometheusText() {
    let registry = MetricsRegistry()
    registry.counter("b_total", help: "B.", labels: [("kind", "x\"y\\z\n")]).increment(by: 3)
    registry.gauge("a_bytes", help: "A.").set(1.5)
    let histogram = registry.histogram("c_seconds", help: "C.", labels: [("op", "q")], buckets: [0.1, 1])
    for value in [0.05, 0.1, 0.5, 7] { histogram.observe(value) }
    #expect(
      registry.render() == """
        # HELP a_bytes A.
        # TYPE a_bytes gauge
        a_bytes 1.5
        # HELP b_total B.
        # TYPE b_total counter
        b_total{kind="x\\"y\\\\z\\n"} 3
        # HELP c_seconds C.
        # TYPE c_seconds histogram
        c_seconds_bucket{op="q",le="0.1"} 2
        c_seconds_bucket{op="q",le="1"} 3
        c_seconds_bucket{op="q",le="+Inf"} 4
        c_seconds_sum{op="q"} 7.65
        c_seconds_count{op="q"} 4

        """)
  }

  @Test func theSameNameAndLabelsAreTheSameInstrument() {
    let registry = MetricsRegistry()
    registry.counter("a_total", help: "A.", labels: [("x", "1")]).increment()
    registry.counter("a_total", help: "A.", labels: [("x", "1")]).increment()
    registry.counter("a_total", help: "A.", labels: [("x", "2")]).increment()
    #expect(registry.counter("a_total", help: "A.", labels: [("x", "1")]).value == 2)
  }

  @Test func collectorsRunBeforeEachRendering() {
    let registry = MetricsRegistry()
    let gauge = registry.gauge("g", help: "G.")
    registry.onCollect { gauge.add(1) }
    _ = registry.render()
    #expect(registry.render().contains("\ng 2\n"))
  }
}
