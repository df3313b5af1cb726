import ArgumentParser
import TocsinCore

/// What is wrong with a command line, in a sentence and the place to read on.
enum CommandLineFault {
  /// Returns the failure of a command line that names a command that there is not; nil where all are known.
  static func unknownCommand(in arguments: [String]) -> CommandFailure? {
    let words = path(of: arguments)
    guard let unknown = words.unknown else { return nil }
    let names = words.command.configuration.subcommands.flatMap { [name(of: $0)] + $0.configuration.aliases }
    let question = NearestName.question(unknown, among: names)
    let shown = Printable.line(unknown)
    return CommandFailure(
      .usage, "tocsin: no such command '\(shown)'\(question)", advice(words.known, list: question.isEmpty))
  }

  /// Returns the failure that an error of the argument parser means.
  /// - Parameter message: its own words
  static func failure(_ message: String, in arguments: [String]) -> CommandFailure {
    let lines = message.split(separator: "\n").map(String.init)
    let sentence = lines.first.map { reworded($0) } ?? "the command line is not understood"
    return CommandFailure(
      .usage, lines: ["tocsin: \(sentence)"] + lines.dropFirst().map { "  \($0)" } + [advice(path(of: arguments).known)]
    )
  }

  private static func advice(_ path: [String], list: Bool = false) -> String {
    let help = (["tocsin"] + path + ["--help"]).joined(separator: " ")
    return list ? "`\(help)` lists the commands." : "See `\(help)`."
  }

  /// The parser's words in the form of this command's other errors.
  private static func reworded(_ line: String) -> String {
    var text = line
    if let range = text.firstRange(of: ". Did you mean '"), text.hasSuffix("'?") {
      text = text[..<range.lowerBound] + "; did you mean " + text[range.upperBound...].dropLast(2) + "?"
    }
    if let range = text.firstRange(of: ". Please provide one of ") {
      text =
        text[..<range.lowerBound] + "; it is one of "
        + text[range.upperBound...].filter { $0 != "'" }
    }
    if text.hasSuffix(".") { text.removeLast() }
    if let first = text.first, first.isUppercase, text.dropFirst().first?.isLowercase == true {
      text = first.lowercased() + text.dropFirst()
    }
    return Printable.line(text)
  }

  /// The commands that a command line begins with, and the first word that is none of theirs.
  private static func path(
    of arguments: [String]
  ) -> (known: [String], command: any ParsableCommand.Type, unknown: String?) {
    var known: [String] = []
    var command: any ParsableCommand.Type = Tocsin.self
    var words = arguments[...]
    if words.first == "help" { words.removeFirst() }
    for word in words {
      let subcommands = command.configuration.subcommands
      if subcommands.isEmpty || word.hasPrefix("-") { break }
      guard let next = subcommands.first(where: { name(of: $0) == word || $0.configuration.aliases.contains(word) })
      else { return (known, command, word) }
      known.append(word)
      command = next
    }
    return (known, command, nil)
  }

  private static func name(of command: any ParsableCommand.Type) -> String {
    command.configuration.commandName ?? command._commandName
  }
}
