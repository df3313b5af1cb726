/// Wire forms that tests need again and again.
package enum Samples {
  /// An id of an alert.
  package static let alertID = "0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a"

  /// An alert's JSON.
  package static func alert(
    id: String = alertID, severity: String = "high", campaign: String = "c1", title: String = "ROAS fell: Spring sale",
    extra: String = ""
  ) -> String {
    """
    {"alert_id":"\(id)","rule_id":"roas_drop_critical","alert_type":"roas_drop","severity":"\(severity)",\
    "title":"\(title)","message":"ROAS is 1.5.","campaign_id":"\(campaign)","campaign_name":"Spring sale","ad_id":"",\
    "metric_name":"roas","metric_value":1.5,"threshold_value":2,\
    "details":{"rule_name":"ROAS < 2.0x","operator":"<","action":"Look at it."},\
    "timestamp":"2025-06-24T21:05:12.734Z","acknowledged":false,"acknowledged_at":null,"acknowledged_by":null,\
    "resolved":false,"resolved_at":null,"resolved_by":null,"notification_status":{}\(extra)}
    """
  }

  /// A rule's JSON, as a server gives it.
  package static func rule(id: String = "r1", threshold: String = "2", severity: String = "high") -> String {
    """
    {"rule_id":"\(id)","name":"ROAS < 2.0x","alert_type":"roas_drop","severity":"\(severity)","enabled":true,\
    "metric_name":"roas","threshold":\(threshold),"threshold_operator":"<","lookback_minutes":60,"cooldown_minutes":30,\
    "aggregation":"last","conditions":{},"metadata":{"description":"d"},\
    "created_at":"2026-01-01T00:00:00.000Z","updated_at":"2026-01-01T00:00:00.000Z"}
    """
  }

  /// A problem's JSON.
  package static func problem(_ status: Int, title: String, detail: String, errors: String = "[]") -> String {
    """
    {"type":"about:blank","title":"\(title)","status":\(status),"detail":"\(detail)","error":"\(title)",\
    "details":"\(detail)","errors":\(errors)}
    """
  }

  /// The first message of a stream.
  package static func connected(_ lastEventID: String) -> String {
    """
    {"type":"connected","message":"m","timestamp":"2026-01-01T00:00:00.000Z","client_id":"k",\
    "last_event_id":"\(lastEventID)"}
    """
  }

  /// An alert's message.
  package static func event(_ eventID: String, alert: String = alert()) -> String {
    """
    {"type":"alert","event_id":"\(eventID)","data":\(alert),"timestamp":"2026-01-01T00:00:00.000Z"}
    """
  }
}
