import Foundation
import LocalServers
import TocsinApp

/// Servers and nodes of a cluster on this machine.
final class LocalCluster {
  private let folder: URL?
  private let logs: URL
  private let count: Int
  private let firstPort: Int
  private let migrations: String?
  private let drainSeconds: Int
  private let logLevel: String
  private var redis: LocalRedis?
  private var postgres: LocalPostgres?
  private var nodes: [ServerProcess] = []

  init(
    folder: URL?, nodes: Int, firstPort: Int, migrations: String?, drainSeconds: Int, logLevel: String
  ) throws {
    self.folder = folder
    count = nodes
    self.firstPort = firstPort
    self.migrations = migrations
    self.drainSeconds = drainSeconds
    self.logLevel = logLevel
    logs =
      folder?.appendingPathComponent("logs")
      ?? FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
  }

  /// Starts servers and nodes; returns when every node is ready.
  func start() async throws {
    let redis = try LocalRedis.start(folder: folder?.appendingPathComponent("redis"))
    self.redis = redis
    let postgres = try LocalPostgres.start(folder: folder?.appendingPathComponent("postgresql"))
    self.postgres = postgres
    try await Migrations.apply(databaseURL: postgres.url, folder: migrations)
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    for number in 1...count {
      var command = [
        "/usr/bin/env", "REDIS_URL=\(redis.url)", "DATABASE_URL=\(postgres.url)", "TOCSIN_NODE_NAME=node-\(number)",
        "TOCSIN_DRAIN_SECONDS=\(drainSeconds)", "TOCSIN_LOG_LEVEL=\(logLevel)",
      ]
      if let migrations { command.append("TOCSIN_MIGRATIONS=\(migrations)") }
      command += [program, "serve", "--host", "127.0.0.1", "--port", "\(firstPort + number - 1)"]
      nodes.append(try ServerProcess(command: command, log: log(of: number)))
    }
    for number in 1...count { try await waitUntilReady(number) }
  }

  /// What a user wants to know.
  var summary: String {
    let addresses = (0..<count).map { "  node \($0 + 1)  http://127.0.0.1:\(firstPort + $0)" }
    return """
      Tocsin runs with \(count) node\(count == 1 ? "" : "s"):
      \(addresses.joined(separator: "\n"))
        pids    \(nodes.map { String($0.pid) }.joined(separator: " "))
        redis   \(redis?.url ?? "")
        pgsql   \(postgres?.url ?? "")
        logs    \(logs.path)
      Events of the whole cluster: ws://127.0.0.1:\(firstPort)/ws/alerts. Ctrl-C stops everything.
      """
  }

  /// Stops nodes, then servers.
  func stop() {
    for node in nodes { node.signal(SIGCONT) }
    for node in nodes { node.signal(SIGTERM) }
    for node in nodes { node.waitUntilExit() }
    postgres?.stop()
    redis?.stop()
    if folder == nil { try? FileManager.default.removeItem(at: logs) }
  }

  private func log(of number: Int) -> URL { logs.appendingPathComponent("node-\(number).log") }

  private func waitUntilReady(_ number: Int) async throws {
    let address = "http://127.0.0.1:\(firstPort + number - 1)/readyz"
    for _ in 0..<300 {
      guard nodes[number - 1].isRunning else {
        let text = (try? String(contentsOf: log(of: number), encoding: .utf8)) ?? ""
        let end = text.split(separator: "\n").suffix(5).joined(separator: "\n")
        throw ServerProcess.Failure("node \(number) did not start; the end of \(log(of: number).path):\n\(end)")
      }
      if await HealthProbe.isReady(address) { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw ServerProcess.Failure("node \(number) is not ready after 30 s; see \(log(of: number).path)")
  }
}
