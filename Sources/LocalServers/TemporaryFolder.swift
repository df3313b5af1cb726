package import Foundation
import Synchronization

/// A folder below `/tmp` that does not outlive this process, even one that is killed.
///
/// A shell holds the other end of a pipe; when this process has gone, it removes the folder, and ends a
/// PostgreSQL that still runs there.
package final class TemporaryFolder: Sendable {
  /// Where it is.
  package let url: URL
  private let leash: Mutex<FileHandle?>

  /// Names the folder; it is made by who uses it.
  package init(prefix: String) throws {
    url = URL(fileURLWithPath: "/tmp/\(prefix)-\(UUID().uuidString.prefix(8))")
    let script = """
      trap '' HUP INT TERM
      cat >/dev/null
      if [ -e "$1/postmaster.pid" ]; then
        read -r server <"$1/postmaster.pid"
        # Its children would end by themselves, but not while they are frozen.
        kill -9 "$server" $(cat "/proc/$server/task/$server/children")
      fi
      rm -rf "$1" 2>/dev/null || { sleep 1; rm -rf "$1"; }
      """
    let shell = Process()
    let pipe = Pipe()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", script, "janitor", url.path]
    shell.standardInput = pipe
    shell.standardOutput = FileHandle.nullDevice
    shell.standardError = FileHandle.nullDevice
    try withUnblockedSignals { try shell.run() }
    leash = Mutex(pipe.fileHandleForWriting)
  }

  deinit {
    remove()
  }

  /// Removes the folder with all that is in it.
  package func remove() {
    try? FileManager.default.removeItem(at: url)
  }
}
