package import Foundation
import Synchronization

/// A PostgreSQL server of this process's own: a data folder, a loopback port, and no password.
///
/// The server listens on 127.0.0.1 and, unless its path is too long, on a Unix socket in its folder, and trusts both. It ends with
/// this process, however that ends. Methods block the calling thread until they are done.
package final class LocalPostgres: Sendable {
  /// The loopback port; it stays the same over ``restart()``.
  package let port: Int
  /// The connection string of the database `tocsin`, as its owner.
  package var url: String { url(database: "tocsin") }

  private let tools: PostgresTools
  private let folder: URL
  private let temporary: TemporaryFolder?
  private let settings: [String: String]
  private let process: Mutex<ServerProcess?>

  /// Starts a server; makes its data folder and the database `tocsin` where they are missing.
  /// - Parameters:
  ///   - folder: where the data lies, or nil for a temporary folder that ``stop()`` removes
  ///   - port: the port, or nil for a free one
  ///   - settings: more settings of `postgresql.conf`, such as `max_connections`
  /// - Throws: ``ServerProcess/Failure``; where PostgreSQL is not installed it names the package
  package static func start(
    folder: URL? = nil,
    port: Int? = nil,
    settings: [String: String] = [:]
  ) throws -> LocalPostgres {
    let server = try LocalPostgres(folder: folder, port: try port ?? ServerProcess.freePort(), settings: settings)
    do {
      try server.launch()
      try server.makeDatabase("tocsin")
    } catch {
      server.stop()
      throw error
    }
    return server
  }

  private init(folder: URL?, port: Int, settings: [String: String]) throws {
    tools = try PostgresTools()
    temporary = folder == nil ? try TemporaryFolder(prefix: "tocsin-postgres") : nil
    self.folder = folder ?? temporary?.url ?? URL(fileURLWithPath: "/")
    self.port = port
    self.settings = settings
    process = Mutex(nil)
    try tools.prepare(self.folder)
  }

  deinit {
    stop()
  }

  /// Makes another database, if it is not there yet.
  /// - Returns: its connection string
  package func createDatabase(_ name: String) throws -> String {
    try makeDatabase(name)
    return url(database: name)
  }

  /// Stops the server cleanly: open connections end, what was committed is on disk. Removes a temporary folder.
  package func stop() {
    end(with: SIGINT)
    temporary?.remove()
  }

  /// Stops the server cleanly and keeps its data for ``restart()``.
  package func halt() {
    end(with: SIGINT)
  }

  /// Kills the server and all its processes at once, as a crash would. ``restart()`` starts it again.
  package func kill() {
    let children = process.withLock { $0.map { self.children(of: $0.pid) } } ?? []
    signalAll(SIGKILL)
    end(with: SIGKILL)
    // A new server refuses to start while one of the old one's processes holds its shared memory.
    // One that has ended has no command line, even before it is reaped.
    for child in children {
      while FileManager.default.contents(atPath: "/proc/\(child)/cmdline")?.isEmpty == false { usleep(2_000) }
    }
  }

  /// Freezes the server: it keeps its sockets and answers nothing.
  package func pause() {
    signalAll(SIGSTOP)
  }

  /// Lets a frozen server go on.
  package func resume() {
    signalAll(SIGCONT)
  }

  /// Stops the server if it runs, and starts it again with the same port and data; after a ``stop()``
  /// that removed the data, with an empty database.
  package func restart() throws {
    end(with: SIGINT)
    try tools.prepare(folder)
    try launch()
    try makeDatabase("tocsin")
  }

  /// Whether the server runs.
  package var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }

  /// What the server writes.
  package var log: URL { folder.appendingPathComponent("server.log") }

  private func url(database: String) -> String {
    let name = database.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? database
    return "postgresql://postgres@127.0.0.1:\(port)/\(name)"
  }

  /// Clears the way for a server in a folder whose last one was killed together with this process's predecessor.
  ///
  /// PostgreSQL refuses to start while the process of the old lock file is there, even one that has ended and that
  /// nobody has reaped. Where no living process works in the folder, the file says nothing.
  private func clearAway() {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      if !isInUse {
        try? FileManager.default.removeItem(at: folder.appendingPathComponent("postmaster.pid"))
        return
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
  }

  /// Whether a living process has the folder as its working folder, as all of PostgreSQL's have.
  private var isInUse: Bool {
    let path = folder.resolvingSymlinksInPath().path
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.contains { entry in
      guard let pid = Int32(entry), ServerProcess.isRunning(pid) else { return false }
      return (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")) == path
    }
  }

  private func launch() throws {
    clearAway()
    var options = [
      "listen_addresses": "127.0.0.1", "port": String(port),
      // The path of a socket has at most 107 bytes.
      "unix_socket_directories": folder.path.utf8.count < 88 ? folder.path : "",
      "max_connections": "200", "logging_collector": "off",
    ]
    options.merge(settings) { $1 }
    let command =
      tools.asOwner([tools.path("postgres"), "-D", folder.path])
      + options.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    let server = try ServerProcess(command: command, log: log)
    process.withLock { $0 = server }
    let deadline = ContinuousClock.now + .seconds(120)
    let ready = [tools.path("pg_isready"), "-q", "-h", "127.0.0.1", "-p", String(port), "-t", "1"]
    while try tools.run(ready).status != 0 {
      guard server.isRunning, ContinuousClock.now < deadline else {
        end(with: SIGQUIT)
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        throw ServerProcess.Failure("PostgreSQL did not start on port \(port): \(text.suffix(2000))")
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
  }

  private func makeDatabase(_ name: String) throws {
    let quoted = name.replacingOccurrences(of: "\"", with: "\"\"")
    let literal = name.replacingOccurrences(of: "'", with: "''")
    let sql = """
      SELECT 'CREATE DATABASE "\(quoted)"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '\(literal)') \\gexec

      """
    let result = try tools.run(
      [tools.path("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url(database: "postgres")],
      input: sql
    )
    guard result.status == 0 else {
      throw ServerProcess.Failure("could not create the database \(name): \(result.output)")
    }
  }

  private func end(with signal: Int32) {
    guard let server = process.withLock({ $0.take() }) else { return }
    server.signal(signal)
    // A frozen server hears no polite signal.
    if signal != SIGKILL { for pid in [server.pid] + children(of: server.pid) { Glibc.kill(pid, SIGCONT) } }
    server.waitUntilExit()
  }

  private func signalAll(_ signal: Int32) {
    guard let server = process.withLock({ $0 }), server.isRunning else { return }
    // The postmaster first: once it is frozen or dead it makes no more children.
    server.signal(signal == SIGKILL ? SIGSTOP : signal)
    for pid in children(of: server.pid) { Glibc.kill(pid, signal) }
    if signal == SIGKILL { server.signal(signal) }
  }

  private func children(of pid: Int32) -> [Int32] {
    let file = "/proc/\(pid)/task/\(pid)/children"
    let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
    return text.split(separator: " ").compactMap { Int32($0) }
  }
}
