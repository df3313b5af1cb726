import TocsinCore
import TocsinJSON

/// One alert on one line.
struct AlertLine: Sendable {
  private let alert: Alert

  init(_ alert: Alert) {
    self.alert = alert
  }

  /// Time, severity, title, what it is about, what was compared, id.
  var line: StyledLine {
    let severity = alert.severity.rawValue.uppercased()
    return StyledLine(
      StyledLine.Piece("\(Printable.time(alert.timestamp))  "), StyledLine.Piece(severity, .severity(alert.severity)),
      // As wide as the widest one.
      StyledLine.Piece(String(repeating: " ", count: 8 - severity.count + 2)),
      StyledLine.Piece(Printable.line(alert.title), shrinksTo: 16),
      StyledLine.Piece("  [\(Printable.line(alert.entity.description))]  \(AlertLine.comparison(alert))  "),
      StyledLine.Piece(alert.alertID.description, .dim))
  }

  /// `roas 1.5 < 2`
  static func comparison(_ alert: Alert) -> String {
    let comparison = alert.details["operator"]?.string ?? "against"
    let figures = alert.figures
    return Printable.line("\(alert.metricName) \(figures.value) \(comparison) \(figures.threshold)")
  }
}
