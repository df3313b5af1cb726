import TocsinNotifiers

extension SectionReader {
  /// The secret at a key, or in the file whose path stands at `key_file`; line breaks at its end are cut.
  mutating func secret(_ key: String) -> Secret? {
    let here = tree(key)
    guard let file = fileText(key) else {
      return here.flatMap { text($0, at: place.member(key), as: .secret) }.map { Secret($0) }
    }
    if here != nil { context.report(place.member(key), "is set, and so is \(key)_file: leave one out") }
    return line(file).map { Secret($0) }
  }

  /// A file's text, if it is one line.
  private func line(_ file: (place: Place, text: String)) -> String? {
    if file.text.isEmpty { return nil }
    if file.text.contains(where: \.isNewline) {
      context.report(file.place, "the file has more than one line")
    } else if SettingText.hasControls(file.text) {
      context.report(file.place, "the file \(SettingText.Fault.control)")
    } else {
      return file.text
    }
    return nil
  }

  /// The URL at a key or in its file.
  mutating func url(_ key: String) -> Secret? {
    secret(key).flatMap { url($0, at: place.member(key)) }
  }

  func url(_ secret: Secret, at place: Place) -> Secret? {
    let text = SettingText.trimmed(secret.value, isSecret: false)
    guard let fault = WebURL.fault(of: text) else { return Secret(text) }
    let quotes = SettingText.isQuoted(text) ? "; it has quotes around it" : ""
    context.report(place, "\(fault)\(quotes)")
    return nil
  }

  /// A token: a secret that has neither blanks nor quotes, from any service.
  mutating func token(_ key: String) -> Secret? {
    guard let secret = secret(key) else { return nil }
    let text = SettingText.trimmed(secret.value, isSecret: false)
    guard SettingText.isQuoted(text) else { return Secret(text) }
    context.report(place.member(key), "\(SettingText.Fault.quotes)")
    return nil
  }

  /// The secrets at `plural` (one or a list), at `single`, and in the files at `plural_file` (one a line) and
  /// `single_file`, each with its place.
  mutating func secrets(_ plural: String, single: String? = nil) -> [(place: Place, secret: Secret)] {
    let here = tree(plural).map { texts($0, at: place.member(plural), as: .secret) } ?? []
    var secrets = here.map { ($0.place, Secret($0.text)) }
    if let file = fileText(plural) {
      let lines = file.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { $0.trimmed }
      secrets += lines.enumerated().filter { !$0.element.isEmpty }.map { index, line in
        (lines.count == 1 ? file.place : file.place.line(index + 1), Secret(line))
      }
    }
    if let single, let secret = secret(single) { secrets.append((place.member(single), secret)) }
    return secrets
  }

  /// The text of the file whose path stands at `key_file`, empty where it cannot be read; nil where there is no such
  /// key. Errors do not show the path: who mixes up the two keys writes a secret there.
  private mutating func fileText(_ key: String) -> (place: Place, text: String)? {
    let place = place.member(key + "_file")
    guard let tree = tree(key + "_file") else { return nil }
    guard let path = text(tree, at: place) else { return (place, "") }
    return (place, fileText(path: path, at: place))
  }

  /// Without line breaks at its end; empty where it cannot be used, which is reported.
  func fileText(path: String, at place: Place) -> String {
    do throws(ConfigurationError) {
      let text = SettingText.trimmed(try context.read(context.resolved(path)), isSecret: true)
      if text.isEmpty { context.report(place, "the file is empty") }
      return text
    } catch {
      for problem in error.problems { context.report(place, "the file cannot be used: \(problem)") }
      return ""
    }
  }
}

extension StringProtocol {
  /// Without white space around it.
  var trimmed: String {
    let start = drop(while: \.isWhitespace)
    return String(start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? "")
  }
}
