import ArgumentParser

/// `tocsin bench`
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure a cluster.",
    discussion: """
      Examples:
        tocsin bench checks --rate 5000 --duration 30
        tocsin bench checks --concurrency 64 --fire
        tocsin bench stream --clients 1000 --rate 100

      Firing checks raise real alerts, which are stored and delivered as any other: use an installation that is \
      meant for it.
      """,
    subcommands: [BenchChecks.self, BenchStream.self])
}
