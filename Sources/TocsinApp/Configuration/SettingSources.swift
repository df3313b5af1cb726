import Configuration
import Foundation
import SystemPackage
import Yams

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
  private let file: (path: String, reader: ConfigReader)?

  /// Reads the sources.
  /// - Parameters:
  ///   - flags: by setting key
  ///   - environment: variables by name
  ///   - file: path of a YAML or JSON file, by its ending
  /// - Throws: ``ConfigurationError`` where the file cannot be read or has a key that is no setting
  public init(flags: [String: String], environment: [String: String], file: String?) async throws(ConfigurationError) {
    self.flags = flags
    self.environment = ConfigReader(
      provider: EnvironmentVariablesProvider(environmentVariables: environment))
    guard let file else {
      self.file = nil
      return
    }
    do {
      try SettingSources.checkKeys(of: file)
      if file.hasSuffix(".json") {
        let provider = try await FileProvider<JSONSnapshot>(filePath: FilePath(file))
        self.file = (file, ConfigReader(provider: provider))
      } else {
        let provider = try await FileProvider<YAMLSnapshot>(filePath: FilePath(file))
        self.file = (file, ConfigReader(provider: provider))
      }
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw ConfigurationError("the configuration file \(file) cannot be read: \(error)")
    }
  }

  /// The value that counts.
  public func value(of setting: Setting) -> Value {
    if let text = flags[setting.key] { return Value(text: text, source: "flag") }
    let variable = setting.environment.lowercased().split(separator: "_").map(String.init)
    if let text = environment.string(forKey: ConfigKey(variable)), !text.isEmpty {
      return Value(text: text, source: setting.environment)
    }
    if let file, let text = SettingSources.text(of: setting, in: file.reader) {
      return Value(text: text, source: file.path)
    }
    return Value(text: setting.standard, source: "default")
  }

  /// Numbers and truth values of a file are as good as their texts.
  private static func text(of setting: Setting, in reader: ConfigReader) -> String? {
    let key = ConfigKey(setting.key.split(separator: ".").map(String.init))
    if let text = reader.string(forKey: key) { return text }
    if let number = reader.int(forKey: key) { return String(number) }
    if let flag = reader.bool(forKey: key) { return String(flag) }
    return nil
  }

  private static func checkKeys(of path: String) throws {
    let text = try String(decoding: readAll(path), as: UTF8.self)
    guard let root = try Yams.load(yaml: text) else { return }
    guard let mapping = root as? [String: Any] else {
      throw ConfigurationError("the configuration file \(path) must hold a mapping of settings")
    }
    let known = Set(Setting.all.map(\.key))
    func check(_ mapping: [String: Any], below prefix: String) throws {
      for (key, value) in mapping {
        let full = prefix + key
        if let inner = value as? [String: Any] {
          try check(inner, below: full + ".")
        } else if !known.contains(full) {
          throw ConfigurationError(
            "the configuration file \(path) sets \(full), which is no setting; `tocsin config` lists them")
        }
      }
    }
    try check(mapping, below: "")
  }

  private static func readAll(_ path: String) throws -> [UInt8] {
    let descriptor = try FileDescriptor.open(FilePath(path), .readOnly)
    return try descriptor.closeAfter {
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = try chunk.withUnsafeMutableBytes { try descriptor.read(into: $0) }
        if count == 0 { return bytes }
        bytes += chunk[..<count]
      }
    }
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
