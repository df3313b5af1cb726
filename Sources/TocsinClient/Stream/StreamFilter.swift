package import TocsinCore

/// Which alerts a stream carries: all named fields must match, any value of each; nothing named means everything.
package struct StreamFilter: Sendable, Hashable {
  /// Only these campaigns'.
  package var campaignIDs: [String]
  /// Only of these severities.
  package var severities: [Severity]
  /// Only of these types.
  package var alertTypes: [AlertType]

  /// A filter of these parts.
  package init(campaignIDs: [String] = [], severities: [Severity] = [], alertTypes: [AlertType] = []) {
    self.campaignIDs = campaignIDs
    self.severities = severities
    self.alertTypes = alertTypes
  }

  /// The path of a stream with this filter that goes on after an event.
  func target(after eventID: String?) -> String {
    var items: [(String, String)] = []
    if let eventID { items.append(("last_event_id", eventID)) }
    for campaignID in campaignIDs { items.append(("campaign_id", campaignID)) }
    if !severities.isEmpty { items.append(("severities", severities.map(\.rawValue).joined(separator: ","))) }
    if !alertTypes.isEmpty { items.append(("alert_types", alertTypes.map(\.rawValue).joined(separator: ","))) }
    return "/ws/alerts" + queryText(items)
  }
}
