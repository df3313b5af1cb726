import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinApp

@Suite struct RouteReadingTests {
  private let receivers = """
    receivers:
      - {name: a, slack: {url: https://hooks.example.org/a}}
      - {name: b, slack: {url: https://hooks.example.org/b}}
      - {name: c, slack: {url: https://hooks.example.org/c}}

    """

  @Test func withoutRoutesEveryReceiverGetsEverything() throws {
    for routes in ["", "routes:", "routes: []"] {
      #expect(try read(receivers + routes).told() == ["a", "b", "c"])
    }
  }

  @Test func withoutRoutesWhoIsAFallbackGetsNothingElse() throws {
    let text = receivers.replacing("{name: a,", with: "{name: a, fallback: c,")
    #expect(try read(text).told() == ["a", "b"])
  }

  @Test func eachConditionCounts() throws {
    let configuration = try read(
      receivers + """
        routes:
          - match:
              severity: [critical, high]
              alert_type: high_cpa
              campaign_id: ["summer-*", "w?nter"]
              tenant: [one, two]
              metadata: {region: EU, level: 5}
            receivers: [a]
          - receivers: [b]
        """)
    let details: JSONObject = ["region": "EU", "level": 5.0, "more": "x"]
    #expect(configuration.told(tenant: "one", details: details) == ["a"])
    #expect(configuration.told(.critical, campaign: "winter", tenant: "two", details: details) == ["a"])
    #expect(configuration.told(.low, tenant: "one", details: details) == ["b"])
    #expect(configuration.told(type: .roasDrop, tenant: "one", details: details) == ["b"])
    #expect(configuration.told(campaign: "summer", tenant: "one", details: details) == ["b"])
    #expect(configuration.told(tenant: "three", details: details) == ["b"])
    #expect(configuration.told(tenant: "one", details: ["region": "EU", "level": "5"]) == ["b"])
    #expect(configuration.told(tenant: "one", details: ["region": "EU"]) == ["b"])
  }

  @Test func theFirstMatchEndsTheSearchUnlessItContinues() throws {
    let configuration = try read(
      receivers + """
        routes:
          - {match: {severity: critical}, receivers: [a, b], continue: true}
          - {match: {campaign_id: "test-*"}, receivers: []}
          - {receivers: [b, c], continue: false}
          - {receivers: [a]}
        """)
    #expect(configuration.told(.critical) == ["a", "b", "c"])
    #expect(configuration.told(.low) == ["b", "c"])
    #expect(configuration.told(.critical, campaign: "test-1") == ["a", "b"])
    #expect(configuration.told(.low, campaign: "test-1") == [])
  }
}
