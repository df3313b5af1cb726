import TocsinCore

/// A variable of the environment that is there and does nothing, so that nothing mistyped is ignored in silence.
package struct EnvironmentWarning: Sendable, Hashable, CustomStringConvertible {
  /// The variable's name.
  package let variable: String
  /// Why it does nothing, and what to do. Shows nothing of its value.
  package let reason: String

  /// The name and the reason.
  package var description: String { "\(variable) \(reason)" }
}

extension EnvironmentWarning {
  /// What is in the environment that nobody reads.
  /// - Parameters:
  ///   - environment: variables by name
  ///   - used: names of variables that the configuration file uses
  static func all(in environment: [String: String], used: Set<String>) -> [EnvironmentWarning] {
    let names = environment.filter { !$0.value.isEmpty }.keys.sorted()
    return names.filter { $0.hasPrefix("TOCSIN_") || $0.hasPrefix("ALERT_") }.compactMap { name in
      let reason = reason(name, environment, used: used)
      return reason.map { EnvironmentWarning(variable: name, reason: $0) }
    }
  }

  private static func reason(_ name: String, _ environment: [String: String], used: Set<String>) -> String? {
    if ServiceVariable.isValue(environment[name] ?? "", of: name) {
      guard known.contains(name) else { return nil }
      return
        "is ignored: Kubernetes sets it for a Service of that name; enableServiceLinks: false in the pod prevents it"
    }
    if let switchedBy = switches.first(where: { name.hasPrefix($0.prefix) }), known.contains(name),
      environment[switchedBy.name, default: ""].isEmpty
    {
      return "is ignored, since \(switchedBy.name) is not set: set it to true, or to false if that is right"
    }
    guard !known.contains(name), !used.contains(name), !ServiceVariable.isName(name), !isOfTests(name) else {
      return nil
    }
    let plain = String(name.dropFirst("TOCSIN_".count))
    if name.hasPrefix("TOCSIN_"), known.contains(plain) {
      return "is ignored: there is no such variable; did you mean \(plain)?"
    }
    return "is ignored: there is no such variable" + NearestName.question(name, among: known.sorted())
  }

  private static let switches = ["EMAIL", "SLACK", "WEBHOOK"].map {
    (prefix: "ALERT_\($0)_", name: "ALERT_\($0)_ENABLED")
  }

  /// Variables that Tocsin reads.
  private static let known = Set(
    Setting.all.map(\.environment) + EnvironmentReceivers.variables + [
      "TOCSIN_CONFIG", "TOCSIN_CONSOLE_URL", "TOCSIN_MAIL_HELO", "TOCSIN_TEMPLATES", "TOCSIN_URL", "TOCSIN_USER",
    ])

  /// Variables of the project's own tests.
  private static func isOfTests(_ name: String) -> Bool {
    name.hasPrefix("TOCSIN_TEST_") || name == "TOCSIN_BINARY" || name == "TOCSIN_SERVER_LOG"
  }
}
