import TocsinJSON

/// What the figures of a metric are counted in, and how they are written for people.
package enum MetricUnit: Sendable, Hashable {
  /// `3`
  case plain
  /// `1.50x`
  case multiple
  /// `82.5 %`
  case percent
  /// `€150.00`, `150.00 CHF`: an amount in the currency of that code of ISO 4217.
  case currency(String)
  /// `850 ms`, `12/day`
  case named(String)

  /// How many characters a unit's name has at most.
  static let longestName = 24

  /// The unit that a metric's name tells. A currency it never tells.
  init(metric: String) {
    if metric == "roas" { self = .multiple } else { self = metric.hasSuffix("_pct") ? .percent : .plain }
  }

  /// The unit of that name: `%`, `x`, a code of ISO 4217, or any short text; nil for a text that no message should have.
  package init?(name: String) {
    switch name {
    case "": self = .plain
    case "%": self = .percent
    case "x": self = .multiple
    case "$": self = .currency("USD")
    case "€": self = .currency("EUR")
    case "£": self = .currency("GBP")
    case _ where Currency(code: name) != nil: self = .currency(name)
    case _ where MetricUnit.isName(name): self = .named(name)
    default: return nil
    }
  }

  /// The name from which ``init(name:)`` makes this unit.
  var name: String {
    switch self {
    case .plain: ""
    case .multiple: "x"
    case .percent: "%"
    case .currency(let code): code
    case .named(let name): name
    }
  }

  /// Whether a text can be a unit: short, printable, on one line, without spaces around it.
  static func isName(_ name: String) -> Bool {
    guard (1...longestName).contains(name.count), name.utf8.count <= 4 * longestName,
      let first = name.unicodeScalars.first, let last = name.unicodeScalars.last
    else { return false }
    let isPrintable = name.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
      default: true
      }
    }
    return isPrintable && !first.properties.isWhitespace && !last.properties.isWhitespace
  }

  /// Whether a metric's name says that it is an amount of money, in whatever currency.
  static func isMoney(metric: String) -> Bool {
    guard MetricUnit(metric: metric) == .plain else { return false }
    let words = metric.lowercased().split { !$0.isLetter }.map(String.init)
    return !words.contains(where: countWords.contains) && words.contains(where: moneyWords.contains)
  }

  private static let moneyWords: Set<String> = [
    "cpa", "cpc", "cpi", "cpl", "cpm", "cpv", "cac", "cpo", "ecpm", "ecpc", "rpm", "aov", "ltv", "arpu", "cost",
    "costs",
    "price", "spend", "spent", "spending", "revenue", "budget", "profit", "amount", "bid", "turnover",
  ]
  private static let countWords: Set<String> = [
    "count", "number", "rate", "ratio", "share", "pct", "percent", "roas", "roi",
  ]

  /// Returns a figure with its unit.
  package func text(_ value: Double) -> String {
    // Beside itself it has as many digits as it has alone.
    texts(value, value).value
  }

  /// Returns a value and the threshold that it is compared with, with their unit. The texts differ if the numbers do.
  package func texts(_ value: Double, _ threshold: Double) -> (value: String, threshold: String) {
    let texts = Figure.texts(value, threshold, style)
    return (dressed(texts.value), dressed(texts.threshold))
  }

  private var style: Figure.Style {
    switch self {
    case .plain, .named: .plain
    case .multiple: MetricUnit.style(places: 2)
    case .percent: Figure.Style(places: 0...1, significant: 2)
    case .currency(let code): MetricUnit.style(places: Currency(code: code)?.places ?? 2)
    }
  }

  private static func style(places: Int) -> Figure.Style { Figure.Style(places: places...places, significant: 2) }

  private func dressed(_ figure: String) -> String {
    switch self {
    case .plain: return figure
    case .multiple: return figure + "x"
    case .percent: return figure + " %"
    case .named(let name): return name.hasPrefix("/") ? figure + name : "\(figure) \(name)"
    case .currency(let code):
      guard let sign = Currency(code: code)?.sign else { return "\(figure) \(code)" }
      return figure.hasPrefix("-") ? "-\(sign)\(figure.dropFirst())" : sign + figure
    }
  }
}

extension MetricUnit {
  /// The unit of what a rule compared: what the rule's `metadata` says, then the check's context, then the metric's name.
  init(_ rule: AlertRule, context: JSONObject) {
    switch rule.aggregation {
    case .dropPct, .risePct: self = .percent
    case .count: self = .plain
    case .last, .avg, .min, .max, .sum:
      let own = MetricUnit(metric: rule.metricName)
      let currency = rule.metadata["currency"]?.string.flatMap { Currency(code: $0) }
      if let name = rule.metadata["unit"]?.string, !name.isEmpty, let unit = MetricUnit(name: name) {
        self = unit
      } else if let currency, own == .plain {
        self = .currency(currency.code)
      } else {
        self = MetricUnit(metric: rule.metricName, context: context)
      }
    }
  }

  /// The unit that a check's context tells, or the metric's name. A context's currency, which may be there for all
  /// metrics, counts only where the name says that the metric is an amount of money.
  init(metric: String, context: JSONObject) {
    if let name = context["unit"]?.string, let unit = MetricUnit(name: name) {
      self = unit
    } else if let code = context["currency"]?.string, let currency = Currency(code: code.uppercased()),
      MetricUnit.isMoney(metric: metric)
    {
      self = .currency(currency.code)
    } else {
      self.init(metric: metric)
    }
  }

  /// What is wrong with `unit` and `currency` of a rule's metadata.
  static func check(_ metadata: JSONObject, into fields: inout FieldErrors) {
    func given(_ key: String) -> JSON? {
      // Not by a conditional expression: its `nil` would be JSON's null.
      guard let value = metadata[key], value != .null else { return nil }
      return value
    }
    if let unit = given("unit"), unit.string.map(MetricUnit.isName) != true {
      fields.add(
        "metadata/unit",
        "metadata.unit must be a text of 1 to \(longestName) printable characters, such as %, x, ms or clicks.")
    }
    if let currency = given("currency"), currency.string.flatMap({ Currency(code: $0) }) == nil {
      let question = currency.string.map { NearestName.question($0, among: Currency.codes.sorted()) } ?? ""
      fields.add(
        "metadata/currency",
        "metadata.currency must be a code of ISO 4217 in capital letters, such as EUR\(question.isEmpty ? "." : question)"
      )
    }
    if metadata["unit"] != nil, metadata["currency"] != nil {
      fields.add("metadata/unit", "metadata can have unit or currency, not both: leave one out.")
    }
  }
}

extension Int {
  /// So many minutes, for people: `60 min`, `24 h`, `7 days`.
  var minutesText: String {
    if self >= 2880, self % 1440 == 0 { return "\(self / 1440) days" }
    if self >= 120, self % 60 == 0 { return "\(self / 60) h" }
    return "\(self) min"
  }
}
