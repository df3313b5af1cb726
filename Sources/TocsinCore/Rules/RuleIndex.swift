/// An immutable set of rules of one tenant, indexed for checks.
package struct RuleIndex: Sendable {
  /// All of them, disabled ones too, in the order of their ids.
  package let rules: [AlertRule]
  private let positions: [String: Int]
  /// Enabled rules by the metric that they watch, in the order of their ids.
  private let byMetric: [String: [IndexedRule]]
  /// Enabled rules that watch their type's usual metric, by ``AlertType/ordinal``.
  private let byType: [[IndexedRule]]

  /// An index of these rules; of two with one id the later counts.
  package init(_ rules: [AlertRule]) {
    let unique = Dictionary(rules.map { ($0.ruleID, $0) }, uniquingKeysWith: { $1 })
    self.rules = unique.values.sorted { $0.ruleID < $1.ruleID }
    var positions: [String: Int] = [:]
    var byMetric: [String: [IndexedRule]] = [:]
    var byType: [[IndexedRule]] = Array(repeating: [], count: AlertType.allCases.count)
    for (position, rule) in self.rules.enumerated() {
      positions[rule.ruleID] = position
      guard rule.enabled else { continue }
      let indexed = IndexedRule(rule, position: position)
      byMetric[rule.metricName, default: []].append(indexed)
      if rule.metricName == rule.alertType.usualMetric { byType[rule.alertType.ordinal].append(indexed) }
    }
    self.positions = positions
    self.byMetric = byMetric
    self.byType = byType
  }

  /// The rule of that id.
  package subscript(ruleID: String) -> AlertRule? { positions[ruleID].map { rules[$0] } }

  /// What a check amounts to. Pure; a quiet check allocates nothing here.
  ///
  /// Without `alert_types` the rules that watch the check's metric apply; with it those of these types that watch the
  /// check's metric or their type's usual one. Where one of them aggregates, the sample counts even if the rule's
  /// own conditions do not hold.
  package func evaluate(_ check: Check) -> Evaluation {
    var matches: [(position: Int, match: RuleMatch)] = []
    var needsWindows = false
    forEachRule(of: check) { rule in
      if rule.needsWindow {
        needsWindows = true
      } else if !needsWindows, let match = rule.match(for: check) {
        matches.append((rule.position, match))
      }
    }
    if needsWindows { return pending(check) }
    if matches.isEmpty { return .quiet }
    if check.alertTypes != nil { matches.sort { $0.position < $1.position } }
    return .matches(matches.map(\.match))
  }

  /// What each rule that has to do with a check says of it, in the order of their ids: those that watch its metric, and
  /// those that watch the usual metric of one of its types. Pure; decides as ``evaluate(_:)`` does.
  /// - Parameter windows: aggregates by lookback in minutes, the new sample included
  package func explain(_ check: Check, windows: [Int: WindowAggregate]) -> [RuleExplanation] {
    var applying: [Int: IndexedRule] = [:]
    forEachRule(of: check) { applying[$0.position] = $0 }
    return rules.enumerated().compactMap { position, rule in
      if let indexed = applying[position] {
        let window = indexed.needsWindow ? windows[indexed.lookbackMinutes] : nil
        return RuleExplanation(rule, indexed.judgement(of: check, window: window), check: check, window: window)
      }
      if rule.metricName == check.metricName {
        return rule.enabled ? RuleExplanation(rule, excludedBy: check) : RuleExplanation(disabled: rule)
      }
      let isByType =
        (check.alertTypes?.contains(rule.alertType) ?? false) && rule.metricName == rule.alertType.usualMetric
      return isByType ? RuleExplanation(disabled: rule) : nil
    }
  }

  private func pending(_ check: Check) -> Evaluation {
    var rules: [IndexedRule] = []
    var lookbacks: Set<Int> = []
    forEachRule(of: check) { rule in
      rules.append(rule)
      if rule.needsWindow { lookbacks.insert(rule.lookbackMinutes) }
    }
    rules.sort { $0.position < $1.position }
    return .needsWindows(
      lookbackMinutes: lookbacks.sorted(), rules: PendingEvaluation(check: check, rules: rules))
  }

  /// Calls for each rule that applies, once; in the order of ids unless the check names types.
  @inline(__always)
  private func forEachRule(of check: Check, _ body: (IndexedRule) -> Void) {
    let watching = byMetric[check.metricName]
    guard let types = check.alertTypes, !types.isEmpty else {
      if let watching { for rule in watching { body(rule) } }
      return
    }
    var wanted: UInt16 = 0
    for type in types { wanted |= 1 << type.ordinal }
    if let watching { for rule in watching where wanted & 1 << rule.alertType.ordinal != 0 { body(rule) } }
    for type in types where wanted & 1 << type.ordinal != 0 {
      wanted &= ~(1 << type.ordinal)
      // Where the check's metric is the type's usual one, these have been called already.
      if type.usualMetric == check.metricName { continue }
      for rule in byType[type.ordinal] { body(rule) }
    }
  }
}

extension AlertType {
  /// Its place among all types.
  var ordinal: Int {
    switch self {
    case .roasDrop: 0
    case .budgetWarning: 1
    case .budgetDepleted: 2
    case .adDisapproved: 3
    case .ctrAnomaly: 4
    case .conversionSpike: 5
    case .predictionMiss: 6
    case .campaignPaused: 7
    case .highCPA: 8
    case .lowImpressions: 9
    }
  }
}
