public import Foundation
import Synchronization

/// A server program that this process started, and that ends with it.
///
/// A small shell keeps the program alive only as long as a pipe from this process is open, so even a
/// process that crashes or is killed leaves no server behind.
public final class ServerProcess: Sendable {
  /// What went wrong while starting a server program.
  public struct Failure: Error, CustomStringConvertible {
    /// The sentence for the user, with the end of the program's log where there is one.
    public let description: String

    /// A failure with its sentence.
    public init(_ description: String) {
      self.description = description
    }
  }

  /// The process id of the program itself (not of the shell around it).
  public let pid: Int32

  private let shell: Process
  private let leash: FileHandle

  /// Starts a program.
  /// - Parameters:
  ///   - command: the program's absolute path or name, then its arguments
  ///   - log: the file that its output is appended to
  /// - Throws: ``Failure`` when the shell cannot be started or prints no process id
  public init(command: [String], log: URL) throws {
    let script = """
      exec 3<&0
      "$@" </dev/null >>"$TOCSIN_SERVER_LOG" 2>&1 3<&- &
      server=$!
      echo $server
      exec >/dev/null
      (cat <&3 >/dev/null; kill -9 $server 2>/dev/null) &
      exec 3<&-
      wait $server
      """
    let input = Pipe()
    let output = Pipe()
    shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", script, "server"] + command
    shell.environment = ProcessInfo.processInfo.environment.merging(
      ["TOCSIN_SERVER_LOG": log.path, "LC_ALL": "C"]
    ) { $1 }
    shell.standardInput = input
    shell.standardOutput = output
    try shell.run()
    leash = input.fileHandleForWriting
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard let pid = Int32(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw Failure("could not start \(command.first ?? "?")")
    }
    self.pid = pid
  }

  /// Whether the program still runs.
  public var isRunning: Bool { shell.isRunning }

  /// Sends the program a signal: `SIGTERM`, `SIGKILL`, `SIGSTOP`, `SIGCONT` …
  public func signal(_ number: Int32) {
    if shell.isRunning { kill(pid, number) }
  }

  /// Waits until the program has ended; blocks the calling thread.
  public func waitUntilExit() {
    shell.waitUntilExit()
    try? leash.close()
  }

  /// A TCP port of the loopback interface that was free a moment ago.
  public static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure("no socket: errno \(errno)") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard bound else { throw Failure("no free port: errno \(errno)") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
