import TocsinCore
import TocsinJSON

extension Schemas {
  /// The named schemas of the document.
  static let components: JSONObject = [
    "Alert": alert, "AlertRule": rule, "AlertRuleInput": ruleInput, "RuleChange": ruleChange, "Check": check,
    "CheckOutcome": outcome, "Suppression": suppression, "CheckExplanation": explanation,
    "RuleExplanation": ruleExplanation, "BatchResult": batchResult,
    "AlertStatistics": statistics, "Problem": problem, "Delivery": delivery, "DeliveryAttempt": deliveryAttempt,
    "TimelineEntry": timelineEntry,
  ]

  private static let context = anything(
    "What else is known: any JSON, at most 16 KiB and 32 levels, without the character U+0000.")

  static let campaign: JSONObject = [
    "campaign_id": string(1...256, "At most 256 bytes."), "campaign_name": string(0...512, "At most 512 bytes."),
  ]

  static let checkExtras: JSONObject = [
    "ad_id": nullable(string(0...256, "Empty where the whole campaign is meant.")),
    "context": nullable(context),
  ]

  private static let check: JSON = {
    var required: JSONObject = ["metric_name": string(1...256, "At most 256 bytes."), "metric_value": number]
    for member in campaign.members { required[member.key] = member.value }
    var optional = checkExtras
    optional["alert_types"] = nullable(["type": "array", "items": names(AlertType.self)])
    return input(required, optional: optional)
  }()

  private static let outcome = object(
    [
      "alerts_triggered": count, "alerts": list("Alert"),
      "persisted": [
        "type": "boolean",
        "description": "False: the alerts were pushed, and will be written when PostgreSQL is back.",
      ],
    ],
    optional: [
      "suppressed": [
        "type": "array", "minItems": 1, "items": reference("Suppression"),
        "description": "The rules that matched and raised no alert; absent where there are none.",
      ]
    ])

  private static let until = nullable([
    "type": "string", "format": "date-time",
    "description": "The last moment of the cooldown; null where a newer release holds it.",
  ])

  private static let suppression = object([
    "rule_id": ruleID,
    "reason": [
      "type": "string", "enum": .array(Suppression.Reason.allCases.map { .string($0.rawValue) }),
      "description": """
      `cooldown`: it runs. `repeat`: PostgreSQL has an alert of which Redis did not know. `newer_release`: a node of a \
      newer release holds the cooldown.
      """,
    ], "until": until, "alert_id": nullable(uuid),
  ])

  private static let ruleExplanation = object(
    [
      "rule_id": ruleID, "name": text, "verdict": names(RuleExplanation.Verdict.self), "value": nullable(number),
      "threshold": number, "detail": text,
    ], optional: ["until": until, "alert_id": nullable(uuid)])

  private static let explanation = object([
    "metric_name": text,
    "known": ["type": "boolean", "description": "Whether some rule has to do with the check."],
    "did_you_mean": [
      "type": "array", "items": text, "maxItems": 3,
      "description": "Metrics that rules watch and that are spelled much like an unknown one.",
    ],
    "rules": list("RuleExplanation"),
  ])

  private static let batchResult: JSON = [
    "anyOf": [reference("CheckOutcome"), object(["error": reference("Problem")])]
  ]

  /// Up to 24 printable characters without spaces around them; more are printable than these.
  private static let unitPattern: JSON = {
    let character = "[!-~\u{a1}-\u{ac}\u{ae}-\u{2ff}]"
    return .string("^\(character)((\(character)| ){0,22}\(character))?$")
  }()

  private static let ruleInput: JSON = {
    let metadata: JSON = [
      "type": "object", "additionalProperties": true,
      "properties": [
        "min_samples": nullable(["type": "integer", "minimum": 1]),
        "unit": nullable([
          "type": "string", "pattern": unitPattern,
          "description": "What the figures of messages are counted in, such as `%`, `x`, `ms` or `clicks`.",
        ]),
        "currency": nullable([
          "type": "string", "enum": .array(Currency.codes.sorted().map(JSON.string)),
          "description": "The code of ISO 4217 of the amounts in messages.",
        ]),
      ],
      "not": ["required": ["unit", "currency"]],
      "description": """
      `description`, `action`, `unit` or `currency`, anything else; at most 16 KiB, without the character U+0000.
      """,
    ]
    let conditions = anything("What a check's context must have; at most 16 KiB, without the character U+0000.")
    let ignored: JSON = ["description": "The server's own; ignored, so that a rule can be sent back as it was read."]
    return input(
      [
        "rule_id": ruleID, "name": string(1...512, "At most 512 bytes."), "alert_type": names(AlertType.self),
        "severity": names(Severity.self),
      ],
      optional: [
        "enabled": nullable(["type": "boolean", "default": true]),
        "metric_name": nullable(string(1...256, "The type's usual metric unless it is given.")),
        "threshold": nullable(["type": "number", "default": 0]),
        "threshold_operator": nullable(names(ThresholdOperator.self)),
        "lookback_minutes": nullable(integer(1...10_080, default: 60)),
        "cooldown_minutes": nullable(integer(0...10_080, default: 30)),
        "aggregation": nullable(names(Aggregation.self)), "conditions": nullable(conditions),
        "metadata": nullable(metadata), "created_at": ignored, "updated_at": ignored,
      ])
  }()

  private static let free: JSON = ["type": "object", "additionalProperties": true]

  static let ruleID: JSON = ["type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,128}$"]

  private static let rule = object([
    "rule_id": ruleID, "name": text, "alert_type": names(AlertType.self), "severity": names(Severity.self),
    "enabled": flag, "metric_name": text, "threshold": number, "threshold_operator": names(ThresholdOperator.self),
    "lookback_minutes": count, "cooldown_minutes": count, "aggregation": names(Aggregation.self),
    "conditions": free, "metadata": free, "created_at": time, "updated_at": time,
  ])

  private static let ruleChange = object([
    "version": count, "action": text, "actor": text, "timestamp": time,
    "before": nullable(free), "after": nullable(free),
  ])

  private static let alert = object([
    "alert_id": uuid, "rule_id": text, "alert_type": names(AlertType.self), "severity": names(Severity.self),
    "title": text, "message": text, "campaign_id": text, "campaign_name": text, "ad_id": text, "metric_name": text,
    "metric_value": number, "threshold_value": number, "details": free, "timestamp": time,
    "acknowledged": flag, "acknowledged_at": nullable(time), "acknowledged_by": nullable(text),
    "resolved": flag, "resolved_at": nullable(time), "resolved_by": nullable(text),
    "notification_status": ["type": "object", "additionalProperties": flag],
  ])

  private static let statistics = object([
    "total_alerts": count, "active_alerts": count, "acknowledged": count, "resolved": count,
    "by_type": ["type": "object", "propertyNames": names(AlertType.self), "additionalProperties": count],
    "by_severity": ["type": "object", "propertyNames": names(Severity.self), "additionalProperties": count],
    "campaign_id": nullable(text),
  ])

  private static let problem = object(
    [
      "type": ["type": "string", "format": "uri-reference"], "title": text,
      "status": ["type": "integer", "minimum": 400, "maximum": 599], "detail": text,
      "error": ["type": "string", "description": "The same as `title`."],
      "details": ["type": "string", "description": "The same as `detail`."],
    ],
    optional: [
      "instance": ["type": "string", "format": "uri-reference"],
      "errors": [
        "type": "array",
        "items": object(["pointer": text, "detail": text], optional: ["parameter": text]),
      ],
      "reasons": texts, "degraded": texts,
      "request_id": ["type": "string", "description": "The header `X-Request-Id` of the answer."],
    ])
}
