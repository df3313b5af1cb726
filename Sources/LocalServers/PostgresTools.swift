import Foundation

/// The PostgreSQL programs of this machine, and the user that runs them.
struct PostgresTools {
  private let folder: String
  private let isRoot = geteuid() == 0

  /// Finds the programs: the newest version of Debian's packages, else the PATH.
  init() throws {
    let root = "/usr/lib/postgresql"
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [])
      .sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { String($0) }
    let found = (versions.map { "\(root)/\($0)/bin" } + path).first { folder in
      ["initdb", "postgres", "psql", "pg_isready"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
      }
    }
    guard let found else {
      throw ServerProcess.Failure(
        "PostgreSQL is not installed (no initdb, postgres and psql in \(root)/*/bin or the PATH): apt-get install postgresql"
      )
    }
    folder = found
  }

  /// The absolute path of one program.
  func path(_ program: String) -> String {
    "\(folder)/\(program)"
  }

  /// The command as a user that PostgreSQL accepts: it refuses root. `setpriv` replaces itself with the
  /// command, so the process id is the server's own.
  func asOwner(_ command: [String]) -> [String] {
    isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] + command : command
  }

  /// Makes a data folder of an empty or missing one.
  func prepare(_ data: URL) throws {
    let manager = FileManager.default
    if manager.fileExists(atPath: data.appendingPathComponent("PG_VERSION").path) { return }
    try manager.createDirectory(at: data, withIntermediateDirectories: true)
    if isRoot {
      guard let owner = getpwnam("postgres") else {
        throw ServerProcess.Failure("there is no user postgres: apt-get install postgresql")
      }
      guard chown(data.path, owner.pointee.pw_uid, owner.pointee.pw_gid) == 0 else {
        throw ServerProcess.Failure("could not give \(data.path) to the user postgres: errno \(errno)")
      }
    }
    let result = try run(
      asOwner([
        path("initdb"), "-D", data.path, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync",
        "--no-instructions",
      ])
    )
    guard result.status == 0 else {
      throw ServerProcess.Failure("initdb failed in \(data.path): \(result.output)")
    }
  }

  /// Runs a program to its end.
  func run(_ command: [String], input: String = "") throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    let output = Pipe()
    let feed = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = feed
    try withUnblockedSignals { try process.run() }
    feed.fileHandleForWriting.write(Data(input.utf8))
    try? feed.fileHandleForWriting.close()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
