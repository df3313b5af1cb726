import Logging
import PostgresClient
import RedisClient
import Support
import TocsinServer

/// Reads settings and notes all that is wrong with them, so that all of it is said at once. What it returns for a value
/// that cannot be used is only good until the problems are looked at.
struct SettingReader {
  let sources: SettingSources
  /// One sentence each, beginning with the place of the value.
  private(set) var problems: [String] = []

  init(_ sources: SettingSources) {
    self.sources = sources
  }

  /// Notes that a setting's value cannot be used.
  mutating func refuse(_ setting: Setting, because reason: String) {
    let value = sources.value(of: setting)
    let place =
      switch value.source {
      case "flag": "--\(setting.key.map { $0 == "." ? "-" : String($0) }.joined())"
      case "default", setting.environment: setting.environment
      default: "\(value.source): \(setting.key)"
      }
    problems.append("\(place): \(reason)")
  }

  /// The trimmed text; nil where there is none or it cannot be used.
  mutating func optional(_ setting: Setting) -> String? {
    let value = sources.value(of: setting)
    do throws(SettingText.Fault) {
      let text = try SettingText.read(value.text, isSecret: false)
      if value.isPlain, !setting.isSecret, !YAMLScalar.isExact(text) {
        refuse(setting, because: YAMLScalar.quoteIt)
        return nil
      }
      return text.isEmpty ? nil : text
    } catch {
      refuse(setting, because: "\(error)")
      return nil
    }
  }

  mutating func text(_ setting: Setting) -> String {
    let before = problems.count
    if let text = optional(setting) { return text }
    if problems.count == before { refuse(setting, because: "must not be empty") }
    return ""
  }

  /// A host's name or address.
  mutating func host(_ setting: Setting) -> String {
    let text = text(setting)
    if !text.isEmpty, let fault = HostName.fault(of: text) { refuse(setting, because: "the host name \(fault)") }
    return text
  }

  mutating func integer(_ setting: Setting, _ range: ClosedRange<Int>) -> Int {
    guard let word = word(setting) else { return range.lowerBound }
    // A variable's zeros before a number mean nothing; a file's make it octal for some readers.
    let value = sources.value(of: setting)
    let text = value.isPlain ? word : word.withoutLeadingZeros
    if let number = WholeNumber.read(text).flatMap({ Int(exactly: $0) }), range.contains(number), !text.hasOctalLook {
      return number
    }
    let wanted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    refuse(setting, because: SettingReader.reason(word, isNot: wanted))
    return range.lowerBound
  }

  /// Nil where there is none.
  mutating func optionalInteger(_ setting: Setting, _ range: ClosedRange<Int>) -> Int? {
    sources.value(of: setting).text.isEmpty ? nil : integer(setting, range)
  }

  mutating func flag(_ setting: Setting) -> Bool {
    guard let word = word(setting) else { return false }
    if let flag = FlagText.read(word) { return flag }
    refuse(setting, because: SettingReader.reason(word, isNot: FlagText.words))
    return false
  }

  mutating func level(_ setting: Setting) -> Logger.Level { choice(setting, .info) }

  /// One of a few words, in upper or lower case; `standard` where it is none of them.
  mutating func choice<Word: RawRepresentable & CaseIterable>(_ setting: Setting, _ standard: Word) -> Word
  where Word.RawValue == String {
    guard let word = word(setting) else { return standard }
    if let choice = Word(rawValue: word.lowercased()) { return choice }
    let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
    refuse(setting, because: SettingReader.reason(word, isNot: "one of \(words)"))
    return standard
  }

  mutating func redis(_ setting: Setting) -> RedisConfiguration {
    let text = text(setting)
    guard !text.isEmpty else { return RedisConfiguration() }
    do {
      return try RedisConfiguration(url: text)
    } catch {
      refuse(setting, because: error.message)
      return RedisConfiguration()
    }
  }

  /// Nil where it cannot be used.
  mutating func postgres(_ setting: Setting) -> PostgresConfiguration? {
    let text = text(setting)
    guard !text.isEmpty else { return nil }
    do {
      return try PostgresConfiguration(url: text)
    } catch {
      refuse(setting, because: error.message)
      return nil
    }
  }

  /// What every key in Redis begins with: printable ASCII without what shells, patterns and lists mean something by.
  mutating func keyPrefix(_ setting: Setting) -> String {
    let text = text(setting)
    guard !text.isEmpty else { return "" }
    if let fault = KeyPrefix.fault(text) { refuse(setting, because: fault) }
    return text
  }

  /// Which hosts and which pages' origins are let in.
  mutating func browsers(listeningOn host: String) -> BrowserAccess {
    var hosts: [BrowserAccess.Authority]?
    var origins: [BrowserAccess.Origin] = []
    do {
      hosts = try optional(.httpHosts).map { (text) throws(BrowserAccess.MalformedEntry) in
        try BrowserAccess.hosts(text)
      }
    } catch {
      refuse(.httpHosts, because: "\(error)")
    }
    do throws(BrowserAccess.MalformedEntry) {
      origins = try BrowserAccess.origins(optional(.httpOrigins) ?? "")
    } catch {
      refuse(.httpOrigins, because: "\(error)")
    }
    return BrowserAccess(hosts: hosts, origins: origins, listeningOn: host)
  }

  /// The text of a number, a truth value or a word; nil where there is none, which has been noted then.
  private mutating func word(_ setting: Setting) -> String? {
    do throws(SettingText.Fault) {
      let text = try SettingText.read(sources.value(of: setting).text, isSecret: false)
      if !text.isEmpty { return text }
      refuse(setting, because: "must not be empty")
    } catch {
      refuse(setting, because: "\(error)")
    }
    return nil
  }

  /// The sentence; without the value where that looks like something else than a mistyped number or word.
  private static func reason(_ text: String, isNot wanted: String) -> String {
    let isUsual = text.utf8.allSatisfy { (0x20...0x7e).contains($0) && !"/:@=?".utf8.contains($0) }
    return isUsual && text.utf8.count <= 24 ? "\"\(text)\" is not \(wanted)" : "must be \(wanted)"
  }
}

extension String {
  /// Without zeros before a decimal number.
  fileprivate var withoutLeadingZeros: String {
    let rest = drop { $0 == "0" }
    return rest.first?.isNumber == true ? String(rest) : self
  }

  /// Whether some readers of YAML take it for an octal number, and others for a decimal one.
  var hasOctalLook: Bool { wholeMatch(of: /[-+]?0[0-9_]+/) != nil }
}
