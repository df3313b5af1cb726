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
      starts nodes as processes of their own. Data and logs are kept in a folder and are there again the next \
      time; Ctrl-C stops everything.

      EXAMPLES
        tocsin dev                          two nodes on ports 8000 and 8001
        tocsin dev --nodes 3 --ephemeral    three nodes, and nothing is kept
      """)

  @Option(help: "How many nodes.")
  var nodes = 2

  @Option(help: "Port of the first node; the others take the next ones.")
  var port = 8000

  @Option(
    help: ArgumentHelp(
      "Folder for data and logs. Default: .dev, for root \(DataFolder.ofRoot).", valueName: "folder"))
  var data: String?

  @Flag(help: "Keep nothing: a temporary folder takes the place of --data.")
  var ephemeral = false

  @Option(help: ArgumentHelp("Folder with the SQL migrations.", valueName: "folder"))
  var migrations: String?

  @Option(help: "For how many seconds a node that is told to stop sends its clients elsewhere.")
  var drainSeconds = 1

  @Option(help: "Log level of the nodes.")
  var logLevel = "info"

  func validate() throws {
    guard (1...64).contains(nodes) else { throw ValidationError("--nodes must be 1 to 64") }
    guard (1...65_000).contains(port) else { throw ValidationError("--port must be 1 to 65000") }
  }

  func run() async throws {
    let stop = StopSignal()
    do {
      let cluster = try LocalCluster(
        folder: ephemeral ? nil : try DataFolder.choose(data), nodes: nodes, firstPort: port, migrations: migrations,
        drainSeconds: drainSeconds, logLevel: logLevel)
      defer { cluster.stop() }
      try await cluster.start()
      print(cluster.summary)
      // Whoever reads a pipe wants to know it now.
      fflush(nil)
      await stop.wait()
      print("stopping")
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(.refused, "tocsin: \(error)")
    }
  }
}
