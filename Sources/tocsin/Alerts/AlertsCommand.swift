import ArgumentParser

/// `tocsin alerts`
struct AlertsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alerts",
    abstract: "Look at alerts, acknowledge and resolve them.",
    discussion: """
      Examples:
        tocsin alerts list --severity critical
        tocsin alerts list --all --days 30 --campaign c1
        tocsin alerts show 0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a
        tocsin alerts timeline 0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a
        tocsin alerts acknowledge --campaign c1
        tocsin alerts resolve 0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a --user kim

      Instead of a whole id its beginning is enough, where no other alert's id begins so.
      """,
    subcommands: [
      AlertsList.self, AlertsShow.self, AlertsTimeline.self, AlertsAcknowledge.self, AlertsResolve.self,
    ])
}
