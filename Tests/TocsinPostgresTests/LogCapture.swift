import Logging
import Synchronization

/// Keeps the lines of a logger.
final class LogCapture: Sendable {
  private let state = Mutex<[String]>([])

  /// Message and metadata of each line.
  var lines: [String] { state.withLock { $0 } }

  /// A logger that writes here.
  var logger: Logger {
    Logger(label: "test") { _ in Handler(capture: self) }
  }

  private struct Handler: LogHandler {
    let capture: LogCapture
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      capture.state.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
  }
}
