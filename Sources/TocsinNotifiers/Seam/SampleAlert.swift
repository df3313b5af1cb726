import TocsinCore
import TocsinJSON

/// The alert of a test: nobody can take it for a real one.
enum SampleAlert {
  static func make(at time: Timestamp) -> Alert {
    var generator = SystemRandomNumberGenerator()
    return Alert(
      alertID: AlertID(at: time, using: &generator), ruleID: "tocsin_test", alertType: .roasDrop, severity: .info,
      title: "Test alert: this channel works",
      message: "Somebody tests this channel. No campaign is in trouble, and there is nothing to do.",
      entity: Entity(campaignID: "tocsin-test"), campaignName: "Test campaign", metricName: "roas", metricValue: 1.5,
      thresholdValue: 2,
      details: ["rule_name": "Test", "operator": "<", "action": "There is nothing to do.", "test": true])
  }

  static func resolved(_ alert: Alert, at time: Timestamp) -> Alert {
    var alert = alert
    alert.resolution = Alert.Mark(at: time, by: nil)
    return alert
  }
}
