import ArgumentParser
import TocsinApp
import TocsinCore

/// `tocsin config`: what a node would run with.
struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Show the effective configuration and where each value comes from.",
    discussion: """
      Examples:
        tocsin config
        tocsin config --config tocsin.yaml --json

      Passwords are masked.
      Exit status: 0 all can be used, 2 a value cannot be used; all are printed nevertheless.
      """)

  @OptionGroup var options: NodeOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    let sources = try await options.sources()
    if json {
      let members = Setting.all.map { setting in
        let value = sources.value(of: setting)
        return (
          setting.key, JSON.object(["value": .string(value.shown(for: setting)), "source": .string(value.source)])
        )
      }
      print(JSON.object(JSONObject(members)).text)
    } else {
      let width = Setting.all.map(\.key.count).max() ?? 0
      for setting in Setting.all {
        let value = sources.value(of: setting)
        let padding = String(repeating: " ", count: width - setting.key.count)
        print("\(setting.key)\(padding)  \(value.shown(for: setting))  (\(value.source))")
      }
    }
    let receivers = try options.receivers()
    if !json { for line in receivers.summary { print(line) } }
    do { _ = try NodeConfiguration(sources) } catch { throw CommandFailure(.usage, "tocsin: \(error)") }
  }
}
