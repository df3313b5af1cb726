public import TocsinCore

/// Which alerts are asked for.
public struct AlertSelection: Sendable, Hashable {
  /// Only this campaign's.
  public var campaignID: String?
  /// Only of this type.
  public var alertType: AlertType?
  /// Only of this severity.
  public var severity: Severity?
  /// Where given: those of the last so many days, resolved ones too. Else those that are not resolved.
  public var daysBack: Int?

  /// A query of these parts.
  public init(
    campaignID: String? = nil, alertType: AlertType? = nil, severity: Severity? = nil, daysBack: Int? = nil
  ) {
    self.campaignID = campaignID
    self.alertType = alertType
    self.severity = severity
    self.daysBack = daysBack
  }

  var path: String { daysBack == nil ? "/api/alerts" : "/api/alerts/history" }

  func items(limit: Int, cursor: String?) -> [(String, String)] {
    var items: [(String, String)] = []
    if let campaignID { items.append(("campaign_id", campaignID)) }
    if let alertType { items.append(("alert_type", alertType.rawValue)) }
    if let severity { items.append(("severity", severity.rawValue)) }
    if let daysBack { items.append(("days_back", String(daysBack))) }
    items.append(("limit", String(limit)))
    if let cursor { items.append(("cursor", cursor)) }
    return items
  }
}
