import TocsinCore

/// One alert on one line.
struct AlertLine: Sendable {
  private let alert: Alert

  init(_ alert: Alert) {
    self.alert = alert
  }

  /// Time, severity, title, what it is about, what was compared, id.
  func text(colors: Bool) -> String {
    let severity = AlertLine.label(alert.severity, colors: colors)
    let id = Style.dim.apply(alert.alertID.description, colors: colors)
    return "\(Printable.time(alert.timestamp))  \(severity)  \(Printable.line(alert.title))  "
      + "[\(Printable.line(alert.entity.description))]  \(AlertLine.comparison(alert))  \(id)"
  }

  /// The severity in capitals, as wide as the widest one, in its colour.
  static func label(_ severity: Severity, colors: Bool) -> String {
    let name = severity.rawValue.uppercased()
    return Style.severity(severity).apply(name, colors: colors) + String(repeating: " ", count: 8 - name.count)
  }

  /// `roas 1.5 < 2`
  static func comparison(_ alert: Alert) -> String {
    let comparison = alert.details["operator"]?.string ?? "against"
    let figures = alert.figures
    return Printable.line("\(alert.metricName) \(figures.value) \(comparison) \(figures.threshold)")
  }
}
