import ArgumentParser
import Foundation
import LocalServers
import Synchronization
import TocsinApp

/// `tocsin dev`: a whole cluster on this machine.
struct DevCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dev",
    abstract: "Run a whole cluster on this machine, with its own Redis and PostgreSQL.",
    discussion: """
      Starts redis-server and PostgreSQL on free ports of the loopback interface, applies the migrations, and \
      starts nodes as processes of their own. Data and logs are kept in a folder of this checkout's own and are \
      there again the next time. A node that ends is told, and the others go on. Ctrl-C stops everything.

      Examples:
        tocsin dev                          two nodes on ports 8000 and 8001
        tocsin dev --nodes 3 --ephemeral    three nodes, and nothing is kept
        tocsin dev --port 8010              beside another cluster
      """)

  @Option(help: "How many nodes.")
  var nodes = 2

  @Option(help: "Port of the first node; the others take the next ones.")
  var port = 8000

  @Option(
    help: ArgumentHelp(
      "Folder for data and logs. (default: .dev; for root \(DataFolder.ofRoot)/ and the checkout's name)",
      valueName: "folder"))
  var data: String?

  @Flag(help: "Keep nothing: a temporary folder takes the place of --data.")
  var ephemeral = false

  @Option(help: ArgumentHelp("Folder with the SQL migrations.", valueName: "folder"))
  var migrations: String?

  @Option(
    help: ArgumentHelp("How long a node that is told to stop sends its clients elsewhere.", valueName: "seconds"))
  var drainSeconds = 1

  @Option(help: ArgumentHelp("Log level of the nodes.", valueName: "level"))
  var logLevel = "info"

  func validate() throws {
    guard (1...64).contains(nodes) else { throw ValidationError("--nodes must be 1 to 64.") }
    guard port >= 1, port + nodes <= 65_536 else {
      throw ValidationError("--port must be 1 to \(65_536 - nodes).")
    }
  }

  func run() async throws {
    let stop = StopSignal()
    do {
      let cluster = try LocalCluster(
        LocalCluster.Plan(
          folder: ephemeral ? nil : try DataFolder.choose(data), nodes: nodes, firstPort: port, migrations: migrations,
          drainSeconds: drainSeconds, logLevel: logLevel))
      defer { cluster.stop() }
      try await cluster.start(isStopped: { stop.wasSent })
      if !stop.wasSent { Console.current.print(cluster.summary) }
      try await watch(cluster, until: stop)
      Console.current.print("stopping")
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(.refused, "tocsin: \(error)")
    }
  }

  /// Tells of what ends by itself, until all nodes have or the user stops the cluster.
  private func watch(_ cluster: LocalCluster, until stop: StopSignal) async throws {
    while true {
      let sentences = cluster.ended()
      // Ctrl-C ends all of them, which is no news.
      if stop.wasSent { return }
      for sentence in sentences { Console.current.complain(sentence) }
      guard cluster.hasNodes else { throw CommandFailure(.refused, "tocsin: no node is left, so the cluster stops") }
      try await Task.sleep(for: .milliseconds(250))
    }
  }
}
