import ArgumentParser
import TocsinApp
import TocsinCore
import TocsinJSON

/// `tocsin config`: what a node would run with.
struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Show the effective configuration and where each value comes from.",
    discussion: """
      Examples:
        tocsin config
        tocsin config --config tocsin.yaml --json

      With --json there is an object with `value` and `source` for each setting, and `receivers`, `routes` and what \
      else the text says of them. Passwords are masked, and what cannot be read is not shown. Settings, receivers and templates are checked \
      together: everything that is wrong goes to standard error at once, after the values.
      Exit status: 0 all can be used, 2 a value cannot be used.
      """)

  @OptionGroup var options: NodeOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    let load = options.load()
    if json {
      printJSON(load)
    } else {
      printLines(load.sources)
      if case .success(let receivers) = load.receivers { receivers.summary.forEach(Console.current.print) }
    }
    for warning in load.warnings { Console.current.complain("tocsin: warning: \(warning)") }
    let problems = load.problems + load.templateProblems
    if !problems.isEmpty { throw NodeOptions.failure(problems) }
  }

  /// The settings by their keys, and below keys that no setting has what the receivers come to: absent where they
  /// cannot be used.
  private func printJSON(_ load: ConfigurationLoad) {
    var members = Setting.all.map { setting in
      let value = load.sources.value(of: setting)
      let shown: JSON = value.text.isEmpty ? .null : .string(value.shown(for: setting))
      return (setting.key, JSON.object(["value": shown, "source": .string(value.source)]))
    }
    if case .success(let receivers) = load.receivers {
      members += receivers.summaryJSON.members.map { ($0.key, $0.value) }
    }
    Console.current.print(JSON.object(JSONObject(members)).text)
  }

  private func printLines(_ sources: SettingSources) {
    let width = Setting.all.map(\.key.count).max() ?? 0
    for setting in Setting.all {
      let value = sources.value(of: setting)
      let padding = String(repeating: " ", count: width - setting.key.count)
      Console.current.print("\(setting.key)\(padding)  \(value.shown(for: setting))  (\(Printable.line(value.source)))")
    }
  }
}
