package import Foundation
import Synchronization

/// A server program that this process started, and that ends with it.
///
/// A guard beside it kills the program once a pipe from this process is closed, so even a process that crashes or is
/// killed leaves no server behind.
package final class ServerProcess: Sendable {
  /// What went wrong while starting a server program.
  package struct Failure: Error, CustomStringConvertible {
    /// The sentence for the user, with the end of the program's log where there is one.
    package let description: String

    /// A failure with its sentence.
    package init(_ description: String) {
      self.description = description
    }
  }

  /// The process id of the program.
  package let pid: Int32

  private let process: Process
  private let leash: FileHandle

  /// Starts a program.
  /// - Parameters:
  ///   - command: the program's absolute path or name, then its arguments
  ///   - log: the file that its output is appended to
  /// - Throws: ``Failure`` when the shell cannot be started or prints no process id
  package init(command: [String], log: URL) throws {
    // The shell becomes the program. The guard's parent ends at once, so the program has no child that it does not know.
    let script = """
      exec 3<&0
      echo $$
      ( (exec >/dev/null 2>&1; cat <&3; kill -9 $$) & )
      exec "$@" </dev/null >>"$TOCSIN_SERVER_LOG" 2>&1 3<&-
      """
    let input = Pipe()
    let output = Pipe()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script, "server"] + command
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["TOCSIN_SERVER_LOG": log.path, "LC_ALL": "C"]
    ) { $1 }
    process.standardInput = input
    process.standardOutput = output
    self.process = process
    try withUnblockedSignals { try process.run() }
    leash = input.fileHandleForWriting
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard let pid = Int32(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw Failure("could not start \(command.first ?? "?")")
    }
    self.pid = pid
  }

  /// Whether the program still runs.
  ///
  /// Asks the kernel: Foundation learns of the end only when the guard, which has its descriptors too, has ended as well.
  package var isRunning: Bool { ServerProcess.isRunning(pid) }

  /// Whether a process runs: one that has ended and is not reaped does not.
  static func isRunning(_ pid: Int32) -> Bool {
    guard let line = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    // The state stands behind the name, which is in parentheses and may hold anything.
    let state = line[(line.lastIndex(of: ")") ?? line.startIndex)...].dropFirst(2).first
    return state != "Z" && state != "X"
  }

  /// Sends the program a signal: `SIGTERM`, `SIGKILL`, `SIGSTOP`, `SIGCONT` …
  package func signal(_ number: Int32) {
    if isRunning { kill(pid, number) }
  }

  /// Waits until the program has ended; blocks the calling thread.
  package func waitUntilExit() {
    while isRunning { usleep(2_000) }
    // Now the guard ends. Until then the process id stays taken, so it kills nobody else.
    try? leash.close()
    process.waitUntilExit()
  }

  /// The ports that ``freePort()`` gives: below those that Linux takes for outgoing connections. One of these could go to
  /// a client before the server has it, or while the server is stopped and clients look for it.
  static let ports = 10_000..<32_768
  private static let next = Atomic(UInt.random(in: 0..<UInt(ports.count)))

  /// A TCP port of the loopback interface that was free a moment ago. This process gets it only once.
  package static func freePort() throws -> Int {
    for _ in ports {
      let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
      let port = ports.lowerBound + Int(number % UInt(ports.count))
      if try isFree(port) { return port }
    }
    throw Failure("no port from \(ports.lowerBound) to \(ports.upperBound - 1) is free")
  }

  private static func isFree(_ port: Int) throws -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure("no socket: errno \(errno)") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
