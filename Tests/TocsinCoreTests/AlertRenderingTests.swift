import Testing
import TocsinJSON

@testable import TocsinCore

@Suite struct AlertRenderingTests {
  private func alert(_ rule: AlertRule, _ value: Double, _ check: Check? = nil) -> Alert {
    Alert(
      RuleMatch(rule: rule, value: value), check: check ?? .of(rule.metricName, value), alertID: sampleAlertID)
  }

  @Test(arguments: [
    (
      "roas_drop_critical", 1.5, "Low ROAS: Summer Sale", "Return on ad spend is 1.50x, below the threshold of 2.00x."
    ),
    (
      "budget_warning_80", 82.5, "Budget running out: Summer Sale",
      "82.5 % of the budget is spent, at or above the threshold of 80 %."
    ),
    (
      "budget_depleted", 100, "Budget used up: Summer Sale",
      "100 % of the budget is spent, at or above the threshold of 100 %."
    ),
    (
      "ad_disapproved", 1, "Ad disapproved: Summer Sale",
      "The platform disapproved an ad (1 reported), at or above the threshold of 1."
    ),
    (
      "ctr_anomaly_drop", 33.33, "CTR anomaly: Summer Sale",
      "The click-through rate is down by 33.3 %, at or above the threshold of 20 %."
    ),
    (
      "conversion_spike", 75, "Conversion spike: Summer Sale",
      "Conversions are up by 75 %, at or above the threshold of 50 %."
    ),
    (
      "prediction_miss_high", 31, "Forecast missed: Summer Sale",
      "The forecast is off by 31 %, at or above the threshold of 30 %."
    ),
    (
      "high_cpa", 150, "High CPA: Summer Sale", "An acquisition costs 150, above the threshold of 100."
    ),
    (
      "low_impressions", 850, "Low impressions: Summer Sale",
      "The ads get 850 impressions, below the threshold of 1000."
    ),
    (
      "campaign_paused", 1, "Campaign paused: Summer Sale",
      "The campaign is paused (1 reported), at or above the threshold of 1."
    ),
  ])
  func eachType(_ id: String, _ value: Double, _ title: String, _ statement: String) throws {
    let rule = try #require(DefaultRules.all.first { $0.ruleID == id })
    let alert = alert(rule, value)
    #expect(alert.title == title)
    #expect(alert.message == "\(statement) \(rule.metadata["action"]?.string ?? "?")")
    #expect(alert.thresholdValue == rule.threshold)
    #expect(alert.metricValue == value)
    #expect(alert.severity == rule.severity)
    #expect(alert.ruleIncarnation == rule.incarnation)
  }

  @Test(arguments: [
    (Aggregation.avg, "Return on ad spend is 1.50x (average of the last 60 min), below the threshold of 2.00x."),
    (.min, "Return on ad spend is 1.50x (lowest of the last 60 min), below the threshold of 2.00x."),
    (.max, "Return on ad spend is 1.50x (highest of the last 60 min), below the threshold of 2.00x."),
    (.sum, "Return on ad spend is 1.50x (sum of the last 60 min), below the threshold of 2.00x."),
    (.count, "Return on ad spend was reported 1.5 times in the last 60 min, below the threshold of 2."),
    (
      .dropPct, "Return on ad spend fell by 1.5 % against the average of the last 60 min, below the threshold of 2 %."
    ),
    (
      .risePct, "Return on ad spend rose by 1.5 % against the average of the last 60 min, below the threshold of 2 %."
    ),
  ])
  func eachAggregate(_ aggregation: Aggregation, _ statement: String) {
    let message = alert(.of("r", .less, 2, aggregation: aggregation), 1.5).message
    #expect(message == "\(statement) Review bids, audiences and conversion tracking.")
  }

  @Test(arguments: [
    (1, "1 min"), (60, "60 min"), (90, "90 min"), (120, "2 h"), (1440, "24 h"), (2880, "2 days"), (10_080, "7 days"),
  ])
  func windows(_ lookback: Int, _ text: String) {
    let message = alert(.of("r", .less, 2, lookback: lookback, aggregation: .avg), 1).message
    #expect(message.contains("the last \(text))"))
  }

  @Test func anotherMetricKeepsItsName() {
    let alert = alert(.of("r", .highCPA, metric: "bounce_rate", .greater, 5), 7.25)
    #expect(alert.title == "bounce_rate is above 5: Summer Sale")
    #expect(alert.message == "`bounce_rate` is 7.25, above the threshold of 5. Check the campaign.")
    #expect(self.alert(.of("r", .highCPA, metric: "bounce_pct", .greater, 5), 7.25).message.contains("7.3 %, above"))
    // A check may name its metric freely and say the type instead.
    let check = Check.of("my_roas", 1.5, types: [.roasDrop])
    #expect(self.alert(.of("r"), 1.5, check).message.hasPrefix("Return on ad spend is 1.50x"))
    #expect(self.alert(.of("r"), 1.5, check).metricName == "my_roas")
  }

  /// The words of a type are for its usual metric, compared in its direction.
  @Test(arguments: AlertType.allCases) func noWordsOfATypeForAnotherMetric(_ type: AlertType) {
    let usual = alert(.of("r", type, type.looksForLow ? .less : .greater, 2), 3)
    let words = [usual.title.prefix { $0 != ":" }, usual.details["action"]?.string?[...] ?? "?"]
    for aggregation in Aggregation.allCases {
      let other = alert(.of("r", type, metric: "my_metric", .greater, 2, aggregation: aggregation), 3)
      #expect(other.title.hasPrefix("my_metric ") && other.message.hasPrefix("`my_metric` "))
      #expect(words.allSatisfy { !"\(other.title) \(other.message)".contains($0) })
    }
    let opposite = alert(.of("r", type, type.looksForLow ? .greater : .less, 2), 3)
    #expect(words.allSatisfy { !"\(opposite.title) \(opposite.message)".contains($0) })
    #expect(opposite.title.hasPrefix(type.usualMetric))
  }

  @Test(arguments: [
    (Aggregation.last, "my_metric is above 2"), (.avg, "my_metric is above 2"),
    (.count, "my_metric was reported 3 times"),
    (.dropPct, "my_metric fell by 3 %"), (.risePct, "my_metric rose by 3 %"),
  ])
  func titlesOfOtherMetrics(_ aggregation: Aggregation, _ headline: String) {
    let alert = alert(.of("r", .highCPA, metric: "my_metric", .greater, 2, aggregation: aggregation), 3)
    #expect(alert.title == "\(headline): Summer Sale")
  }

  @Test func namesFallBackAndStayOnOneLine() {
    #expect(alert(.of("r"), 1, .of("roas", 1, name: "")).title == "Low ROAS: c1")
    #expect(alert(.of("r"), 1, .of("roas", 1, ad: "a7")).title == "Low ROAS: Summer Sale (ad a7)")
    #expect(alert(.of("r"), 1, .of("roas", 1, name: "a\r\nBcc: b\u{85}c")).title == "Low ROAS: a  Bcc: b c")
  }

  @Test func detailsBelongToTheRuleFirst() {
    let check = Check.of("roas", 1, context: ["region": "eu", "rule_name": "x", "operator": 1, "action": nil])
    let details = alert(.of("r", metadata: ["action": "Do this."]), 1, check).details
    #expect(details == ["rule_name": "Rule r", "operator": "<", "action": "Do this.", "region": "eu"])
    #expect(
      alert(.of("r", metadata: ["action": 5]), 1).details["action"] == "Review bids, audiences and conversion tracking."
    )
  }
}

@Suite struct AlertJSONTests {
  @Test func hasExactlyTheContractsFields() throws {
    var bytes: [UInt8] = []
    sampleAlert().appendJSON(to: &bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(
      text == """
        {"alert_id":"0195d0c4-8f00-7abc-8def-0123456789ab","rule_id":"r1","alert_type":"roas_drop","severity":"high",\
        "title":"Low ROAS: Summer Sale (ad a9)","message":"Return on ad spend is 1.50x, below the threshold of 2.00x. \
        Review bids, audiences and conversion tracking.","campaign_id":"c1","campaign_name":"Summer Sale","ad_id":"a9",\
        "metric_name":"roas","metric_value":1.5,"threshold_value":2.0,"details":{"rule_name":"Rule r1","operator":"<",\
        "action":"Review bids, audiences and conversion tracking.","region":"eu"},\
        "timestamp":"\(sampleAlertID.timestamp)","acknowledged":false,"acknowledged_at":null,"acknowledged_by":null,\
        "resolved":false,"resolved_at":null,"resolved_by":null,"notification_status":{}}
        """)
  }

  @Test func writersAndReadersAgree() throws {
    var alert = sampleAlert(context: ["a": ["b": [1, 2.5, nil, "\"\n"]]])
    alert.ruleIncarnation = ""
    alert.entity.adID = ""
    for _ in 0..<3 {
      var bytes: [UInt8] = []
      alert.appendJSON(to: &bytes)
      let json = try JSON(parsing: bytes)
      #expect(json == alert.json)
      #expect(json.text == alert.json.text)
      #expect(try Alert(json: json) == alert)
      // Open, then acknowledged by nobody in particular, then resolved.
      if alert.acknowledgement == nil {
        alert.acknowledgement = Alert.Mark(at: Timestamp(milliseconds: 1_700_000_000_001), by: nil)
      } else {
        alert.resolution = Alert.Mark(at: Timestamp(milliseconds: 1_700_000_000_002), by: "ann")
        alert.notificationStatus = ["slack": true, "email": false]
      }
    }
  }

  @Test func theStatusCanBeAnotherOne() throws {
    var bytes: [UInt8] = []
    sampleAlert().appendJSON(to: &bytes, notificationStatus: ["slack": true, "email": false])
    #expect(String(decoding: bytes, as: UTF8.self).hasSuffix(#","notification_status":{"email":false,"slack":true}}"#))
  }

  @Test func refusesWhatIsNoAlert() {
    let error = #expect(throws: ValidationError.self) {
      try Alert(json: ["alert_id": "x", "notification_status": ["slack": 1]])
    }
    let pointers = Set(error?.errors.map(\.pointer) ?? [])
    #expect(pointers.isSuperset(of: ["/alert_id", "/rule_id", "/metric_value", "/title", "/notification_status"]))
  }
}
