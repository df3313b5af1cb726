import Foundation
import TocsinApp
import TocsinCore
import TocsinJSON

/// The rules of files, all of them right.
struct RuleFile: Sendable {
  /// The rules in the files' order.
  private(set) var rules: [AlertRule] = []
  /// What may be a mistake and can be sent all the same, one sentence each.
  private(set) var warnings: [String] = []

  private var faults: [String] = []
  private var places: [String: String] = [:]

  /// Reads files; `-` is standard input.
  /// - Throws: ``CommandFailure`` that names everything that is wrong in all of them
  init(reading paths: [String]) throws {
    for path in paths {
      let name = path == "-" ? "standard input" : path
      do {
        let bytes = try path == "-" ? Console.current.readInput() : RuleFile.bytes(path)
        add(bytes, name: name)
      } catch {
        faults.append("\(name): cannot be read: \(RuleFile.reason(error))")
      }
    }
    try check()
  }

  /// Reads the text of one file.
  /// - Throws: ``CommandFailure`` that names everything that is wrong in it
  init(text: String, name: String) throws {
    add(Array(text.utf8), name: name)
    try check()
  }

  private func check() throws {
    guard !faults.isEmpty else { return }
    throw CommandFailure(
      .usage, lines: ["tocsin: nothing was sent, the rules have to be changed first:"] + faults.map { "  \($0)" })
  }

  private mutating func add(_ bytes: [UInt8], name: String) {
    guard bytes.count <= YAML.Limits.rules.bytes else {
      faults.append("\(name): it is larger than \(YAML.Limits.rules.bytes >> 20) MiB: split it into several files")
      return
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes
    guard let text = String(validating: bytes, as: UTF8.self) else {
      faults.append("\(name): it is not UTF-8 text")
      return
    }
    let documents: [LocatedJSON]
    do {
      // Every JSON text is YAML too; but the errors of a file that is meant as JSON should be those of JSON.
      if text.first(where: { !$0.isWhitespace }).map({ $0 == "{" || $0 == "[" }) ?? false, name.hasSuffix(".json") {
        _ = try JSON(parsing: bytes)
      }
      documents = try YAML.documents(text, limits: .rules).filter { !$0.isNull }.map { LocatedJSON($0) }
    } catch let failure as YAML.Failure {
      let keys = failure.keys.isEmpty ? "" : ": " + failure.keys.map { "`\($0)`" }.joined(separator: ", ")
      faults.append("\(name): \(failure.reason)\(keys)")
      return
    } catch let error as JSONError {
      faults.append("\(name): \(error.reason), at byte \(error.offset)")
      return
    } catch {
      faults.append("\(name): \(error)")
      return
    }
    if documents.isEmpty { faults.append("\(name): the file is empty: write `rules: []` if that is right") }
    for document in documents { add(document, name: name) }
  }

  private mutating func add(_ document: LocatedJSON, name: String) {
    switch document.value {
    case .array:
      for element in document.elements { add(rule: element, name: name) }
    case .object(let object) where object["rules"] != nil && object["rule_id"] == nil:
      for member in document.members where member.key != "rules" {
        faults.append("\(RuleFile.place(name, document.line)): `\(member.key)` does not belong beside `rules`")
      }
      guard let list = document.members.first(where: { $0.key == "rules" })?.value else { return }
      if case .array = list.value {
        for element in list.elements { add(rule: element, name: name) }
      } else if list.value == .null {
        faults.append("\(RuleFile.place(name, document.line)): `rules` is empty: write `rules: []` if that is right")
      } else {
        faults.append("\(RuleFile.place(name, document.line)): `rules` must be a list")
      }
    default: add(rule: document, name: name)
    }
  }

  private mutating func add(rule: LocatedJSON, name: String) {
    var place = RuleFile.place(name, rule.line)
    if let id = rule.value.object?["rule_id"]?.string { place += " (\(id))" }
    for member in rule.members where !AlertRule.fieldNames.contains(member.key) {
      let question = NearestName.question(member.key, among: AlertRule.fieldNames)
      faults.append("\(place): /\(member.key): there is no such field\(question)")
    }
    do {
      let read = try AlertRule(json: rule.value)
      if let other = places.updateValue(place, forKey: read.ruleID) {
        faults.append("\(place): the same rule_id is also used at \(other)")
      }
      rules.append(read)
      for (key, known) in read.metadata.mistypedKeys {
        warnings.append("\(place): /metadata/\(key) means nothing to Tocsin; did you mean \(known)?")
      }
    } catch {
      guard !error.errors.isEmpty else { return faults.append("\(place): \(error.detail)") }
      for field in error.errors {
        faults.append("\(place): \(field.pointer.isEmpty ? "" : field.pointer + ": ")\(field.detail)")
      }
    }
  }

  /// The file's bytes, as far as they are looked at: one more than the limit, so that a larger file is seen to be one.
  private static func bytes(_ path: String) throws -> [UInt8] {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    var bytes: [UInt8] = []
    while bytes.count <= YAML.Limits.rules.bytes, let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
      bytes += part
    }
    return bytes
  }

  private static func place(_ name: String, _ line: Int?) -> String {
    line.map { "\(name):\($0)" } ?? name
  }

  private static func reason(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile?, .fileNoSuchFile?: "there is no such file"
    case .fileReadNoPermission?: "it may not be read"
    default: (error as NSError).localizedDescription
    }
  }
}
