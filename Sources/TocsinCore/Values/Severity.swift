/// How bad an alert is, from worst to mildest.
package enum Severity: String, Sendable, Hashable, CaseIterable, Codable {
  case critical
  case high
  case medium
  case low
  case info
}
