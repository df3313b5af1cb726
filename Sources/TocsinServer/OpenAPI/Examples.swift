import TocsinCore
import TocsinJSON

/// What requests and answers look like, for the document. Each is what its schema says: a test holds them against it.
enum Examples {
  static let alertID: JSON = "0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a"
  static let time: JSON = "2026-01-31T09:30:00.125Z"

  static let check: JSON = [
    "metric_name": "cpa", "metric_value": 132.5, "campaign_id": "c1", "campaign_name": "Spring sale", "ad_id": "a7",
    "context": ["region": "EU"],
  ]

  static func shorthand(_ shorthand: CheckShorthand) -> JSON {
    let value: JSON =
      switch shorthand {
      case .roas: 1.5
      case .budget: 85
      case .ctr: 25
      case .conversions: 60
      }
    var members: JSONObject = ["campaign_id": "c1", "campaign_name": "Spring sale"]
    members[shorthand.metricName] = value
    return .object(members)
  }

  static let alert: JSON = [
    "alert_id": alertID, "rule_id": "high_cpa", "alert_type": "high_cpa", "severity": "high",
    "title": "High CPA: Spring sale", "message": "cpa is 132.5, above the threshold of 100", "campaign_id": "c1",
    "campaign_name": "Spring sale", "ad_id": "a7", "metric_name": "cpa", "metric_value": 132.5,
    "threshold_value": 100.0,
    "details": [
      "rule_name": "High CPA", "operator": ">", "action": "Review targeting and bids.", "region": "EU",
    ],
    "timestamp": time, "acknowledged": false, "acknowledged_at": nil, "acknowledged_by": nil, "resolved": false,
    "resolved_at": nil, "resolved_by": nil, "notification_status": ["database": true, "websocket": true],
  ]

  static let outcome: JSON = [
    "alerts_triggered": 1, "alerts": [alert], "persisted": true,
    "suppressed": [
      ["rule_id": "very_high_cpa", "reason": "cooldown", "until": "2026-01-31T10:00:00.000Z", "alert_id": alertID]
    ],
  ]

  static let explanation: JSON = [
    "metric_name": "cpa", "known": true, "did_you_mean": [],
    "rules": [
      [
        "rule_id": "high_cpa", "name": "High CPA", "verdict": "cooldown", "value": 132.5, "threshold": 100.0,
        "detail": .string(
          "An acquisition costs 132.50, above the threshold of 100.00. The cooldown of 60 min that alert "
            + "0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a began runs until 2026-01-31T10:30:00.125Z."),
        "until": "2026-01-31T10:30:00.125Z", "alert_id": alertID,
      ],
      [
        "rule_id": "very_high_cpa", "name": "Very high CPA", "verdict": "threshold", "value": 132.5,
        "threshold": 200.0, "detail": "An acquisition costs 132.50, not above the threshold of 200.00.",
      ],
    ],
  ]

  /// A page of one alert.
  static func page(_ further: JSONObject = [:]) -> JSON {
    var members: JSONObject = ["alerts": [alert], "count": 1]
    for member in further.members { members[member.key] = member.value }
    return .object(members)
  }

  static let statistics: JSON = [
    "total_alerts": 12, "active_alerts": 3, "acknowledged": 7, "resolved": 9, "by_type": ["high_cpa": 12],
    "by_severity": ["high": 12], "campaign_id": nil,
  ]

  static let ruleInput: JSON = [
    "rule_id": "high_cpa", "name": "High CPA", "alert_type": "high_cpa", "severity": "high", "threshold": 100.0,
    "threshold_operator": ">", "lookback_minutes": 120, "cooldown_minutes": 60,
    "metadata": ["action": "Review targeting and bids."],
  ]

  static let rule: JSON = [
    "rule_id": "high_cpa", "name": "High CPA", "alert_type": "high_cpa", "severity": "high", "enabled": true,
    "metric_name": "cpa", "threshold": 100.0, "threshold_operator": ">", "lookback_minutes": 120,
    "cooldown_minutes": 60,
    "aggregation": "last", "conditions": [:], "metadata": ["action": "Review targeting and bids."], "created_at": time,
    "updated_at": time,
  ]

  static let ruleChange: JSON = [
    "version": 12, "action": "save", "actor": "kim", "timestamp": time, "before": nil, "after": rule,
  ]

  static let delivery: JSON = [
    "delivery_id": "0197a3c2-5b1e-8c40-9a1d-7c6d5a3f2e8b", "alert_id": alertID, "cause": "fired", "receiver": "team",
    "target": "slack-1", "channel": "slack", "state": "delivered", "attempts": 1, "created_at": time, "due_at": nil,
    "finished_at": time, "node": nil, "last_error": nil,
    "history": [
      [
        "attempt": 1, "timestamp": time, "node": "tocsin-0", "outcome": "delivered", "status": 200, "latency_ms": 84,
        "error": nil,
      ]
    ],
  ]
}
