import Fuzzing
import TocsinCore
import TocsinJSON

/// Alerts to put into a store.
enum Samples {
  /// An alert that fired at that moment.
  static func alert(
    at time: Timestamp, rule: String = "roas_low", incarnation: String = "one", type: AlertType = .roasDrop,
    severity: Severity = .high, campaign: String = "c1", ad: String = ""
  ) -> Alert {
    var generator = SystemRandomNumberGenerator()
    return Alert(
      alertID: AlertID(at: time, using: &generator), ruleID: rule, alertType: type, severity: severity,
      title: "ROAS fell: Frühling ☀", message: "1.4 is below 2", entity: Entity(campaignID: campaign, adID: ad),
      campaignName: "Frühling", metricName: "roas", metricValue: 1.4, thresholdValue: 2,
      details: ["rule_name": "ROAS < 2.0x", "operator": "<", "nested": ["list": [1, -2.5, nil, true, "ä\"\\"]]],
      ruleIncarnation: incarnation)
  }

  /// The same for the only tenant.
  static func stored(_ alerts: [Alert]) -> [StoredAlert] {
    alerts.map { StoredAlert(alert: $0, tenant: .standard) }
  }

  /// Many different alerts within the ten days before that moment; a third of them resolved, some acknowledged.
  static func history(_ count: Int, before now: Timestamp) -> [Alert] {
    var generator = SeededGenerator(seed: 7)
    return (0..<count).map { _ in
      let age = Int64.random(in: 1...864_000_000, using: &generator)
      var alert = alert(
        at: now.advanced(by: -age), rule: ["r1", "r2", "r3"].randomElement(using: &generator)!,
        type: AlertType.allCases.prefix(4).randomElement(using: &generator)!,
        severity: Severity.allCases.prefix(3).randomElement(using: &generator)!,
        campaign: "c\(Int.random(in: 1...4, using: &generator))",
        ad: ["", "a1", "a2"].randomElement(using: &generator)!)
      let mark = Alert.Mark(at: now, by: Bool.random(using: &generator) ? "ana" : nil)
      if Int.random(in: 0..<4, using: &generator) == 0 { alert.acknowledgement = mark }
      if Int.random(in: 0..<3, using: &generator) == 0 { alert.resolution = mark }
      return alert
    }
  }
}

extension AlertStatistics {
  /// What the statistics of these alerts have to be.
  init(counting alerts: [Alert]) {
    self.init(
      total: alerts.count, active: alerts.count { $0.state != .resolved },
      acknowledged: alerts.count { $0.acknowledgement != nil }, resolved: alerts.count { $0.state == .resolved },
      byType: Dictionary(alerts.map { ($0.alertType.rawValue, 1) }, uniquingKeysWith: +),
      bySeverity: Dictionary(alerts.map { ($0.severity.rawValue, 1) }, uniquingKeysWith: +))
  }
}
