import TocsinCore
import TocsinNotifiers

/// Everything that configures a node: one reading of its file, of the files that it names, and of the environment.
package struct ConfigurationLoad: Sendable {
  /// The configuration file, if there is one.
  package let file: ConfigurationFile?
  /// Where the settings come from.
  package let sources: SettingSources
  /// The settings, or all that is wrong with them.
  package let node: Result<NodeConfiguration, ConfigurationError>
  /// Receivers and routes, or all that is wrong with them.
  package let receivers: Result<ReceiverConfiguration, ConfigurationError>
  /// Variables that are set and do nothing.
  package let warnings: [EnvironmentWarning]
  /// What is wrong with `TOCSIN_CONFIG` itself, where that names the file.
  private let pathProblem: String?

  /// Reads everything. Waits for the file system.
  /// - Parameters:
  ///   - flags: by setting key
  ///   - environment: variables by name
  ///   - path: of the configuration file; nil for that of `TOCSIN_CONFIG`, if there is one
  package init(flags: [String: String], environment: [String: String], path: String?) {
    let named = SettingText.trimmed(environment["TOCSIN_CONFIG", default: ""], isSecret: false)
    let fault = path == nil && SettingText.isQuoted(named) ? SettingText.Fault.quotes : nil
    pathProblem = fault.map { "TOCSIN_CONFIG: \($0)" }
    file = (path ?? (named.isEmpty ? nil : named)).map { ConfigurationFile(reading: $0) }
    let sources = SettingSources(flags: flags, environment: environment, file: file)
    self.sources = sources
    node = Result { () throws(ConfigurationError) in try NodeConfiguration(sources) }
    let attempt = ReadingAttempt(file: file, environment: environment)
    receivers = attempt.result
    warnings = EnvironmentWarning.all(in: environment, used: attempt.variables)
  }

  /// All that keeps a node from starting, one sentence each; what is wrong with the file comes first.
  package var problems: [String] {
    var problems: [String] = []
    // The quotes are why there is no such file.
    if let pathProblem, case .failure = node { return [pathProblem] }
    if case .failure(let error) = receivers { problems += error.problems.map(placed) }
    if case .failure(let error) = node { problems += error.problems.filter { !problems.contains($0) } }
    return problems
  }

  /// The template files that cannot be used; built-in templates take their place.
  package var templateProblems: [String] {
    guard case .success(let configuration) = receivers else { return [] }
    let problems = ChannelNotifier.templateProblems(
      of: configuration.receivers, options: NotifierOptions(configuration))
    return problems.map { "\($0.file): the template \($0.name) cannot be used: \($0.reason)" }
  }

  /// With the file's path before it, unless the sentence is about a variable.
  private func placed(_ problem: String) -> String {
    let isVariable = problem.hasPrefix("ALERT_") || problem.hasPrefix("TOCSIN_")
    return isVariable ? problem : file.map { "\($0.path): \(problem)" } ?? problem
  }
}
