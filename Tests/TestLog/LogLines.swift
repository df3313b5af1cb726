package import Logging
import Synchronization

/// A log that a test can read.
package final class LogLines: Sendable {
  private let kept = Mutex<[(message: String, line: String)]>([])
  private let onLine: @Sendable (String) -> Void

  /// A log without lines.
  /// - Parameter onLine: called with each line when it was kept
  package init(onLine: @escaping @Sendable (String) -> Void = { _ in }) {
    self.onLine = onLine
  }

  /// Each line as `level: message key=value key=value`, the keys sorted.
  package var lines: [String] { kept.withLock { $0.map(\.line) } }

  /// The messages, without what they are about.
  package var messages: [String] { kept.withLock { $0.map(\.message) } }

  /// A logger that writes here, at every level.
  package var logger: Logger {
    Logger(label: "test") { _ in Handler(lines: self) }
  }

  private struct Handler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let values = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
      let line = "\(event.level): \(event.message)\(values)"
      lines.kept.withLock { $0.append(("\(event.message)", line)) }
      lines.onLine(line)
    }
  }
}
