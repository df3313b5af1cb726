/// How bad an alert is, from worst to mildest.
public enum Severity: String, Sendable, Hashable, CaseIterable, Codable {
  case critical
  case high
  case medium
  case low
  case info
}
