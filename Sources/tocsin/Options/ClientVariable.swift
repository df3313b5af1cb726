import TocsinApp

/// Variables of the environment that the command itself reads, as opposed to the settings of a node.
enum ClientVariable {
  /// The trimmed value; nil where the variable is not set, or has nothing in it.
  /// - Throws: ``CommandFailure`` that names a variable with quotes around its value, or a control character inside
  static func text(_ name: String) throws(CommandFailure) -> String? {
    guard let text = Console.current.environment[name] else { return nil }
    do throws(SettingText.Fault) {
      let text = try SettingText.read(text, isSecret: false)
      return text.isEmpty ? nil : text
    } catch {
      throw CommandFailure(.usage, "tocsin: \(name) \(error)")
    }
  }
}
