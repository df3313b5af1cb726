import Configuration
import TocsinCore

/// Where settings come from: flags go before the environment, the environment before the file.
package struct SettingSources: Sendable {
  /// A setting's value, and which source it came from.
  package struct Value: Sendable, Hashable {
    /// The text, as it was given.
    package let text: String
    /// `flag`, the variable's name, the file's path or `default`.
    package let source: String
    /// Whether it is a scalar of a file without quotes, which YAML may take for a number.
    let isPlain: Bool

    init(text: String, source: String, isPlain: Bool = false) {
      self.text = text
      self.source = source
      self.isPlain = isPlain
    }

    /// The value for people: no password, and nothing of what cannot be read; where there is none, what happens instead.
    package func shown(for setting: Setting) -> String {
      guard text.isEmpty else { return ShownText.value(SettingText.trimmed(text, isSecret: false), of: setting) }
      return setting.absence.isEmpty ? "not set" : setting.absence
    }
  }

  /// What is wrong with the file as a whole and with its keys, one sentence each.
  package let problems: [String]
  /// The configuration file's path, if there is one.
  package let path: String?
  private let flags: [String: String]
  private let environment: ConfigReader
  private let inFile: [String: FileValue]

  /// A scalar of the file.
  struct FileValue: Sendable, Hashable {
    var text: String
    var isPlain: Bool
  }

  /// Reads the sources.
  /// - Parameters:
  ///   - flags: by setting key
  ///   - environment: variables by name
  ///   - file: a YAML or JSON file; it may hold receivers and routes, too (``ReceiverConfiguration``)
  package init(flags: [String: String], environment: [String: String], file: ConfigurationFile?) {
    self.flags = flags
    self.environment = ConfigReader(
      provider: EnvironmentVariablesProvider(environmentVariables: environment))
    path = file?.path
    switch file?.tree {
    case nil: (inFile, problems) = ([:], [])
    case .success(let tree): (inFile, problems) = SettingSources.values(of: tree)
    case .failure(let error): (inFile, problems) = ([:], error.problems)
    }
  }

  /// The value that counts. A variable that Kubernetes sets for a Service is none.
  package func value(of setting: Setting) -> Value {
    if let text = flags[setting.key] { return Value(text: text, source: "flag") }
    let variable = setting.environment.lowercased().split(separator: "_").map(String.init)
    if let text = environment.string(forKey: ConfigKey(variable)),
      !SettingText.trimmed(text, isSecret: false).isEmpty,
      !ServiceVariable.isValue(text, of: setting.environment)
    {
      return Value(text: text, source: setting.environment)
    }
    if let path, let value = inFile[setting.key] {
      return Value(text: value.text, source: path, isPlain: value.isPlain)
    }
    return Value(text: setting.standard, source: "default")
  }

  /// The settings of a file by their keys, and what is wrong with the others. Numbers and truth values are as good as
  /// their texts.
  static func values(of tree: ConfigurationTree) -> (values: [String: FileValue], problems: [String]) {
    guard let root = tree.members else { return ([:], ["the file must hold a mapping of settings"]) }
    let known = Set(Setting.all.map(\.key))
    var values: [String: FileValue] = [:]
    var problems: [String] = []
    func visit(_ member: ConfigurationTree.Member, below prefix: String) {
      let key = prefix + member.key
      switch member.value {
      case .mapping(let members) where known.contains { $0.hasPrefix(key + ".") }:
        for member in members { visit(member, below: key + ".") }
      case .null where known.contains { $0 == key || $0.hasPrefix(key + ".") }: break
      case .scalar(let text, let isPlain) where known.contains(key):
        values[key] = FileValue(text: text, isPlain: isPlain)
      case _ where known.contains(key): problems.append("\(key): must be a single value, not \(member.value.kind)")
      default: problems.append("\(Place(key)): \(unknown(key))")
      }
    }
    for member in root where !ReceiverConfiguration.keys.contains(member.key) { visit(member, below: "") }
    return (values, problems)
  }

  private static func unknown(_ key: String) -> String {
    let keys = Setting.all.map(\.key)
    let sections = keys.compactMap { $0.split(separator: ".").dropLast().first.map(String.init) }
    let names = keys + sections + ReceiverConfiguration.keys.sorted()
    let question = NearestName.question(key, among: names)
    return "there is no such setting" + (question.isEmpty ? "; `tocsin config` lists them" : question)
  }
}

extension SettingSources: CustomStringConvertible, CustomReflectable {
  /// The type's name: flags, variables and files may hold passwords.
  package var description: String { "SettingSources" }

  /// A mirror without children.
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension SettingSources.Value: CustomStringConvertible, CustomReflectable {
  /// The source: the text may hold a password.
  package var description: String { source }

  /// A mirror without children.
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
