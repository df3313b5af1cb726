import Logging
import Synchronization

/// A log that a test can read.
final class LogLines: Sendable {
  private let kept = Mutex<[String]>([])

  /// The messages, without what they are about.
  var messages: [String] { kept.withLock { $0 } }

  /// A logger that writes here, at every level.
  var logger: Logger {
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
      lines.kept.withLock { $0.append("\(event.message)") }
    }
  }
}
