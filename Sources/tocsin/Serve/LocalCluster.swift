import Foundation
import LocalServers
import TocsinApp

/// Servers and nodes of a cluster on this machine.
final class LocalCluster {
  /// What a cluster is made of.
  struct Plan {
    /// Where data and logs are kept; nil keeps nothing.
    var folder: URL?
    var nodes: Int
    var firstPort: Int
    var migrations: String?
    var drainSeconds: Int
    var logLevel: String

    var ports: ClosedRange<Int> { firstPort...firstPort + nodes - 1 }
  }

  /// A node, or one of the servers that the nodes use.
  private struct Member {
    var name: String
    var log: URL
    var isNode: Bool
    var isRunning: () -> Bool
    var isTold = false
  }

  private let plan: Plan
  private let lock: FolderLock?
  private let ports: HeldPorts
  private let temporary: TemporaryFolder?
  private let logs: URL
  private var redis: LocalRedis?
  private var postgres: LocalPostgres?
  private var nodes: [ServerProcess] = []
  private var members: [Member] = []

  /// Takes the folder and the ports; nothing is started before both are certain, and no folder is made for nothing.
  /// - Throws: ``CommandFailure`` where one of them is in use
  init(_ plan: Plan) throws {
    self.plan = plan
    if let folder = plan.folder {
      // A cluster that runs in the folder has the ports, too: the folder tells more.
      let held = FileManager.default.fileExists(atPath: folder.path) ? try FolderLock(folder) : nil
      ports = try HeldPorts(plan.ports)
      if held == nil { try LocalCluster.make(folder) }
      lock = try held ?? FolderLock(folder)
      temporary = nil
      logs = folder.appendingPathComponent("logs")
    } else {
      lock = nil
      ports = try HeldPorts(plan.ports)
      let folder = try TemporaryFolder(prefix: "tocsin-dev")
      temporary = folder
      logs = folder.url
    }
    try LocalCluster.make(logs)
  }

  private static func make(_ folder: URL) throws {
    do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw CommandFailure(.usage, "tocsin: the folder \(folder.path) cannot be made; name another one with --data")
    }
  }

  /// Starts servers and nodes; returns when every node is ready, or soon after `isStopped` says so.
  func start(isStopped: () -> Bool) async throws {
    let redis = try LocalRedis.start(folder: plan.folder?.appendingPathComponent("redis"))
    self.redis = redis
    members.append(
      Member(name: "redis-server", log: redis.log, isNode: false) { redis.isRunning })
    if isStopped() { return }
    let postgres = try LocalPostgres.start(folder: plan.folder?.appendingPathComponent("postgresql"))
    self.postgres = postgres
    members.append(
      Member(name: "PostgreSQL", log: postgres.log, isNode: false) { postgres.isRunning })
    try await Migrations.apply(databaseURL: postgres.url, folder: plan.migrations)
    for number in 1...plan.nodes where !isStopped() {
      let node = try startNode(number, redis: redis, postgres: postgres)
      nodes.append(node)
      members.append(Member(name: "node \(number)", log: log(of: number), isNode: true) { node.isRunning })
    }
    for number in nodes.indices.map({ $0 + 1 }) { try await waitUntilReady(number, isStopped: isStopped) }
  }

  private func startNode(_ number: Int, redis: LocalRedis, postgres: LocalPostgres) throws -> ServerProcess {
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    let port = plan.firstPort + number - 1
    var command = [
      "/usr/bin/env", "REDIS_URL=\(redis.url)", "DATABASE_URL=\(postgres.url)", "TOCSIN_NODE_NAME=node-\(number)",
      "TOCSIN_DRAIN_SECONDS=\(plan.drainSeconds)", "TOCSIN_LOG_LEVEL=\(plan.logLevel)",
    ]
    if let migrations = plan.migrations { command.append("TOCSIN_MIGRATIONS=\(migrations)") }
    command += [program, "serve", "--host", "127.0.0.1", "--port", "\(port)"]
    ports.release(port)
    return try ServerProcess(command: command, log: log(of: number))
  }

  /// What a user wants to know.
  var summary: String {
    let addresses = plan.ports.map { "  node \($0 - plan.firstPort + 1)  http://127.0.0.1:\($0)" }
    return """
      Tocsin runs with \(plan.nodes) node\(plan.nodes == 1 ? "" : "s"):
      \(addresses.joined(separator: "\n"))
        pids    \(nodes.map { String($0.pid) }.joined(separator: " "))
        redis   \(redis?.url ?? "")
        pgsql   \(postgres?.url ?? "")
        logs    \(logs.path)
      Events of the whole cluster: ws://127.0.0.1:\(plan.firstPort)/ws/alerts. Ctrl-C stops everything.
      """
  }

  /// What ended since the last question: a sentence for each, with the end of its log. The others go on.
  func ended() -> [String] {
    var sentences: [String] = []
    for index in members.indices where !members[index].isTold && !members[index].isRunning() {
      members[index].isTold = true
      let member = members[index]
      sentences.append(
        "tocsin: \(member.name) has ended\(hasNodes ? "; the others go on" : ""); the end of \(member.log.path):\n"
          + LocalCluster.end(of: member.log))
    }
    return sentences
  }

  /// Whether any node runs.
  var hasNodes: Bool { members.contains { $0.isNode && $0.isRunning() } }

  /// Stops nodes, then servers.
  func stop() {
    for node in nodes { node.signal(SIGCONT) }
    for node in nodes { node.signal(SIGTERM) }
    for node in nodes { node.waitUntilExit() }
    postgres?.stop()
    redis?.stop()
    temporary?.remove()
  }

  private func log(of number: Int) -> URL { logs.appendingPathComponent("node-\(number).log") }

  private func waitUntilReady(_ number: Int, isStopped: () -> Bool) async throws {
    let address = "http://127.0.0.1:\(plan.firstPort + number - 1)/readyz"
    for _ in 0..<300 where !isStopped() {
      guard nodes[number - 1].isRunning else {
        throw ServerProcess.Failure(
          "node \(number) did not start; the end of \(log(of: number).path):\n\(LocalCluster.end(of: log(of: number)))")
      }
      if await HealthProbe.isReady(address) { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    if isStopped() { return }
    throw ServerProcess.Failure("node \(number) is not ready after 30 s; see \(log(of: number).path)")
  }

  /// The last lines of a log, indented.
  private static func end(of log: URL) -> String {
    let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").suffix(5).map { "  \(Printable.line(String($0)))" }.joined(separator: "\n")
  }
}
