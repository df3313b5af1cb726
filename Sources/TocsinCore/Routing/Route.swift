package import TocsinJSON

/// Which alerts go to which receivers. Routes are tried in their order; the first one that matches ends the search,
/// unless it says ``continues``.
package struct Route: Sendable, Hashable {
  /// Any of these; empty matches all.
  package var severities: Set<Severity>
  /// Any of these; empty matches all.
  package var alertTypes: Set<AlertType>
  /// Any of these patterns; empty matches all.
  package var campaigns: [Glob]
  /// Any of these; empty matches all.
  package var tenants: Set<Tenant>
  /// Every member has to be in the alert's details, with an equal value.
  package var metadata: JSONObject
  /// Who gets what matches.
  package var receivers: [String]
  /// Whether the routes behind it are tried, too.
  package var continues: Bool

  /// A route of these parts; without any condition it matches every alert.
  package init(
    receivers: [String], severities: Set<Severity> = [], alertTypes: Set<AlertType> = [], campaigns: [Glob] = [],
    tenants: Set<Tenant> = [], metadata: JSONObject = [:], continues: Bool = false
  ) {
    self.severities = severities
    self.alertTypes = alertTypes
    self.campaigns = campaigns
    self.tenants = tenants
    self.metadata = metadata
    self.receivers = receivers
    self.continues = continues
  }

  /// Whether an alert matches.
  package func matches(_ alert: Alert, tenant: Tenant) -> Bool {
    (severities.isEmpty || severities.contains(alert.severity))
      && (alertTypes.isEmpty || alertTypes.contains(alert.alertType))
      && (tenants.isEmpty || tenants.contains(tenant))
      && (campaigns.isEmpty || campaigns.contains { $0.matches(alert.entity.campaignID) })
      && (metadata.isEmpty || alert.details.contains(all: metadata))
  }
}
