package import Foundation
import Synchronization

/// A real redis-server on a free port of the loopback interface, for tests and for a laptop.
///
/// It ends with this process at the latest.
package final class LocalRedis: Sendable {
  /// The TCP port it listens on.
  package let port: Int
  /// The folder of its log and, where one was named, its data.
  package let folder: URL

  private let options: [String]
  private let temporary: TemporaryFolder?
  private let server: Mutex<ServerProcess?>

  /// Starts a server and waits until it answers; blocks the calling thread for that long.
  /// - Parameters:
  ///   - folder: keeps the data there, written at least once a second; without one nothing is kept, and the temporary
  ///     folder is removed by ``stop()``
  ///   - port: `nil` is a free one
  ///   - options: more of the server's options, as on its command line: `["--requirepass", "secret"]`
  /// - Throws: ``ServerProcess/Failure`` when redis-server is not installed or does not start
  package static func start(
    folder: URL? = nil, port: Int? = nil, options: [String] = []
  ) throws -> LocalRedis {
    let temporary = folder == nil ? try TemporaryFolder(prefix: "tocsin-redis") : nil
    guard let place = folder ?? temporary?.url else { preconditionFailure("one of them is there") }
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let redis = LocalRedis(
      port: try port ?? ServerProcess.freePort(), folder: place, options: options, temporary: temporary)
    do {
      try redis.restart()
    } catch {
      redis.removeTemporaryFolder()
      throw error
    }
    return redis
  }

  private init(port: Int, folder: URL, options: [String], temporary: TemporaryFolder?) {
    self.port = port
    self.folder = folder
    self.options = options
    self.temporary = temporary
    server = Mutex(nil)
  }

  deinit {
    server.withLock { $0?.signal(SIGKILL) }
    removeTemporaryFolder()
  }

  /// `redis://127.0.0.1:<port>`.
  package var url: String { "redis://127.0.0.1:\(port)" }

  /// Ends the server in order (SIGTERM; SIGKILL after 30 s) and waits for that.
  package func stop() {
    end(with: SIGTERM)
    removeTemporaryFolder()
  }

  /// Ends the server at once (SIGKILL) and waits for that.
  package func kill() {
    end(with: SIGKILL)
  }

  /// Halts the server (SIGSTOP): its connections stay, nothing is answered.
  package func pause() {
    server.withLock { $0?.signal(SIGSTOP) }
  }

  /// Lets a halted server go on (SIGCONT).
  package func resume() {
    server.withLock { $0?.signal(SIGCONT) }
  }

  /// Starts the server again after ``stop()`` or ``kill()``, on the same port and in the same folder.
  /// - Throws: ``ServerProcess/Failure`` when it does not start
  package func restart() throws {
    guard let program = Self.program else {
      throw ServerProcess.Failure("redis-server is not installed: apt-get install redis-server")
    }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let process = try ServerProcess(command: [program] + arguments, log: log)
    let deadline = Date(timeIntervalSinceNow: 120)
    while !answersPing() {
      guard process.isRunning, Date() < deadline else {
        process.signal(SIGKILL)
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        throw ServerProcess.Failure("redis-server did not start on port \(port): \(text.suffix(1000))")
      }
      usleep(5_000)
    }
    server.withLock { $0 = process }
  }

  /// Whether the server runs.
  package var isRunning: Bool { server.withLock { $0?.isRunning ?? false } }

  /// What the server writes.
  package var log: URL { folder.appending(path: "redis-server.log") }

  // MARK: The process

  private var arguments: [String] {
    let persistence =
      temporary != nil ? ["--appendonly", "no"] : ["--appendonly", "yes", "--appendfsync", "everysec"]
    return ["--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder.path, "--daemonize", "no", "--save", ""]
      + persistence + options
  }

  private static var program: String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return (path.split(separator: ":") + ["/usr/bin", "/usr/local/bin"])
      .map { "\($0)/redis-server" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private func end(with signal: Int32) {
    guard
      let process = server.withLock({ server in
        defer { server = nil }
        return server
      })
    else { return }
    process.signal(signal)
    // A halted process takes SIGTERM only once it goes on.
    process.signal(SIGCONT)
    let deadline = Date(timeIntervalSinceNow: 30)
    while process.isRunning, Date() < deadline { usleep(2_000) }
    if process.isRunning { process.signal(SIGKILL) }
    process.waitUntilExit()
  }

  private func removeTemporaryFolder() {
    temporary?.remove()
  }

  /// Whether the server answers an inline PING in any way but `LOADING`: also by asking for a password or its master.
  private func answersPing() -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var patience = timeval(tv_sec: 1, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard connected else { return false }
    let ping = Array("PING\r\n".utf8)
    guard send(descriptor, ping, ping.count, Int32(MSG_NOSIGNAL)) == ping.count else { return false }
    var reply = [UInt8](repeating: 0, count: 64)
    let count = recv(descriptor, &reply, reply.count, 0)
    guard count > 0 else { return false }
    let text = String(decoding: reply.prefix(count), as: UTF8.self)
    return text.hasPrefix("+PONG") || text.hasPrefix("-NOAUTH") || text.hasPrefix("-NOPERM")
      || text.hasPrefix("-MASTERDOWN")
  }
}
