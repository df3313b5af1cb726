package import TocsinJSON

extension CheckExplanation {
  /// The wire form.
  package var json: JSON {
    [
      "metric_name": .string(metricName), "known": .bool(isKnown), "did_you_mean": .array(didYouMean.map(JSON.string)),
      "rules": .array(rules.map(\.json)),
    ]
  }

  /// Reads the wire form; nil where it is none. A verdict that this release does not know is left out.
  package init?(json: JSON) {
    guard let object = json.object, let metricName = object["metric_name"]?.string,
      let rules = object["rules"]?.array
    else { return nil }
    self.init(
      metricName: metricName, isKnown: object["known"]?.bool ?? !rules.isEmpty,
      didYouMean: object["did_you_mean"]?.array?.compactMap(\.string) ?? [],
      rules: rules.compactMap { RuleExplanation(json: $0) })
  }
}

extension RuleExplanation {
  /// The wire form; `until` and `alert_id` are there for a cooldown only.
  fileprivate var json: JSON {
    var object: JSONObject = [
      "rule_id": .string(ruleID), "name": .string(name), "verdict": .string(verdict.rawValue),
      "value": value.map(JSON.number) ?? JSON.null, "threshold": .number(threshold), "detail": .string(detail),
    ]
    if verdict == .cooldown {
      object["until"] = until.map { JSON.string($0.description) } ?? JSON.null
      object["alert_id"] = alertID.map { JSON.string($0.description) } ?? JSON.null
    }
    return .object(object)
  }

  fileprivate init?(json: JSON) {
    guard let object = json.object, let ruleID = object["rule_id"]?.string,
      let verdict = object["verdict"]?.string.flatMap(Verdict.init(rawValue:)),
      let threshold = object["threshold"]?.double
    else { return nil }
    self.init(
      ruleID: ruleID, name: object["name"]?.string ?? ruleID, verdict: verdict, value: object["value"]?.double,
      threshold: threshold, detail: object["detail"]?.string ?? "",
      until: object["until"]?.string.flatMap { Timestamp(rfc3339: $0) },
      alertID: object["alert_id"]?.string.flatMap { AlertID($0) })
  }
}
