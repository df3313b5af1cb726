package import Logging
import TocsinCore

/// Sends what is logged to a ``LogWriter``: what a line is about, then what the logger adds to each of its lines.
package struct LineLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  package var logLevel: Logger.Level
  private let writer: LogWriter

  /// A handler that writes there.
  package init(writer: LogWriter, level: Logger.Level) {
    self.writer = writer
    logLevel = level
  }

  package subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var own = event.metadata ?? [:]
    if let error = event.error, own["error"] == nil { own["error"] = "\(error)" }
    var common = metadata
    if let metadataProvider { common.merge(metadataProvider.get()) { $1 } }
    let fields =
      own.sorted { $0.key < $1.key }
      + common.filter { own[$0.key] == nil }.sorted { $0.key < $1.key }
    writer.write(
      LogEntry(
        time: .now, level: event.level, message: event.message.description,
        fields: fields.map { ($0.key, $0.value) }))
  }
}
