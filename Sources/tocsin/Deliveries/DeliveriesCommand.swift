import ArgumentParser

/// `tocsin deliveries`
struct DeliveriesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deliveries",
    abstract: "Look at what was sent to receivers, and send it again.",
    discussion: """
      Examples:
        tocsin deliveries list --state dead
        tocsin deliveries list --alert 0197a3c2-5b1e-7c40-9a1d-3f2e8b7c6d5a
        tocsin deliveries replay --receiver on-call
      """,
    subcommands: [DeliveriesList.self, DeliveriesReplay.self])
}
