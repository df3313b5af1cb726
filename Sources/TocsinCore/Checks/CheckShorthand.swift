/// The short forms of a check, one metric each: the value stands in a field of the metric's name, and only rules of
/// the types whose usual metric it is are looked at. The raw value is the last part of the path.
package enum CheckShorthand: String, Sendable, Hashable, CaseIterable {
  case roas
  case budget
  case ctr
  case conversions

  /// The metric, and the name of the field that holds its value.
  package var metricName: String { "\(valueField)" }

  /// The types of the rules that are looked at.
  package var alertTypes: [AlertType] {
    switch self {
    case .roas: [.roasDrop]
    case .budget: [.budgetWarning, .budgetDepleted]
    case .ctr: [.ctrAnomaly]
    case .conversions: [.conversionSpike]
    }
  }

  /// The names that its body may have.
  package var fieldNames: [String] { [metricName, "campaign_id", "campaign_name", "ad_id", "context"] }

  var valueField: StaticString {
    switch self {
    case .roas: "roas"
    case .budget: "budget_spent_pct"
    case .ctr: "ctr_drop_pct"
    case .conversions: "conversion_spike_pct"
    }
  }
}
