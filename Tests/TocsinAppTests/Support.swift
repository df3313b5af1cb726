import Foundation
import TocsinCore
import TocsinJSON
import TocsinNotifiers

@testable import TocsinApp

/// A folder of files for as long as a test runs.
final class Folder: Sendable {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, text) in files { try write(name, text) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file in place; folders in its name are made.
  func write(_ name: String, _ text: String) throws {
    let url = URL(fileURLWithPath: self[name])
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  subscript(name: String) -> String { "\(path)/\(name)" }
}

/// Reads a configuration that stands in a file of that name, beside others.
func read(
  _ text: String, environment: [String: String] = [:], files: [String: String] = [:], name: String = "tocsin.yaml"
) throws -> ReceiverConfiguration {
  let folder = try Folder(files.merging([name: text]) { $1 })
  return try ReceiverConfiguration(file: folder[name], environment: environment)
}

/// What is wrong with a configuration, sentence by sentence.
func problems(
  _ text: String, environment: [String: String] = [:], files: [String: String] = [:], name: String = "tocsin.yaml"
) throws -> [String] {
  do {
    _ = try read(text, environment: environment, files: files, name: name)
    return []
  } catch let error as ConfigurationError {
    return error.problems
  }
}

extension ReceiverConfiguration {
  /// The channels of the receiver of that name.
  func channels(_ name: String) -> [ChannelSettings] {
    receivers.first { $0.name == name }?.channels ?? []
  }

  /// Who gets an alert.
  func told(
    _ severity: Severity = .high, type: AlertType = .highCPA, campaign: String = "summer-1", tenant: String = "default",
    details: JSONObject = [:]
  ) -> [String] {
    let alert = Alert(
      alertID: AlertID(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0001), ruleID: "r", alertType: type,
      severity: severity, title: "t", message: "m", entity: Entity(campaignID: campaign), campaignName: "c",
      metricName: "cpa", metricValue: 1, thresholdValue: 1, details: details)
    return routing.receivers(of: alert, tenant: Tenant(rawValue: tenant))
  }
}
