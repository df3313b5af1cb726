import Configuration
import Foundation

/// Where settings come from: flags go before the environment, the environment before the file.
public struct SettingSources: Sendable {
  /// A setting's value, and which source it came from.
  public struct Value: Sendable, Hashable {
    /// The text.
    public let text: String
    /// `flag`, the variable's name, the file's path or `default`.
    public let source: String

    /// The value for people: passwords are masked.
    public func shown(for setting: Setting) -> String {
      setting.isSecret ? SettingSources.masked(text) : text
    }
  }

  private let flags: [String: String]
  private let environment: ConfigReader
  private let file: (path: String, values: [String: String])?

  /// The configuration file's path, if there is one.
  public var path: String? { file?.path }

  /// Reads the sources.
  /// - Parameters:
  ///   - flags: by setting key
  ///   - environment: variables by name
  ///   - file: path of a YAML or JSON file, by its ending; it may hold receivers and routes, too
  ///     (``ReceiverConfiguration``)
  /// - Throws: ``ConfigurationError`` where the file cannot be read or has a key that is no setting
  public init(flags: [String: String], environment: [String: String], file: String?) async throws(ConfigurationError) {
    self.flags = flags
    self.environment = ConfigReader(
      provider: EnvironmentVariablesProvider(environmentVariables: environment))
    guard let file else {
      self.file = nil
      return
    }
    let tree = try SettingSources.tree(of: file)
    let (values, problems) = SettingSources.values(of: tree)
    guard problems.isEmpty else { throw ConfigurationError(source: file, problems: problems) }
    self.file = (file, values)
  }

  /// The value that counts.
  public func value(of setting: Setting) -> Value {
    if let text = flags[setting.key] { return Value(text: text, source: "flag") }
    let variable = setting.environment.lowercased().split(separator: "_").map(String.init)
    if let text = environment.string(forKey: ConfigKey(variable)), !text.isEmpty {
      return Value(text: text, source: setting.environment)
    }
    if let file, let text = file.values[setting.key] { return Value(text: text, source: file.path) }
    return Value(text: setting.standard, source: "default")
  }

  /// What a configuration file holds.
  static func tree(of path: String) throws(ConfigurationError) -> ConfigurationTree {
    do {
      return try ConfigurationTree(text: FileText.read(path), path: path)
    } catch {
      throw ConfigurationError(source: path, problems: error.problems)
    }
  }

  /// The settings of a file by their keys, and what is wrong with the others. Numbers and truth values are as good as
  /// their texts.
  static func values(of tree: ConfigurationTree) -> (values: [String: String], problems: [String]) {
    guard let root = tree.members else { return ([:], ["the file must hold a mapping of settings"]) }
    let known = Set(Setting.all.map(\.key))
    var values: [String: String] = [:]
    var problems: [String] = []
    func visit(_ member: ConfigurationTree.Member, below prefix: String) {
      let key = prefix + member.key
      switch member.value {
      case .mapping(let members) where !known.contains(key):
        for member in members { visit(member, below: key + ".") }
      case .null where known.contains { $0 == key || $0.hasPrefix(key + ".") }: break
      case .scalar(let text, _) where known.contains(key): values[key] = text
      case _ where known.contains(key): problems.append("\(key): must be a single value, not \(member.value.kind)")
      default: problems.append("\(Place(key)): there is no such setting; `tocsin config` lists them")
      }
    }
    for member in root where !ReceiverConfiguration.keys.contains(member.key) { visit(member, below: "") }
    return (values, problems)
  }

  /// A URL or connection string without its password.
  static func masked(_ text: String) -> String {
    guard let scheme = text.range(of: "://") else {
      return text.split(separator: " ").map { $0.hasPrefix("password") ? "password=•••" : String($0) }
        .joined(separator: " ")
    }
    let rest = text[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return text }
    return text[..<scheme.upperBound] + authority[...colon] + "•••" + rest[at...]
  }
}
