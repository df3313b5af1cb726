package import TocsinCore
package import TocsinNotifiers

/// Who is told of which alerts, and how: what the configuration file and the environment say of it.
///
/// The article <doc:Receivers> describes the file. Relative paths in it begin at its folder.
package struct ReceiverConfiguration: Sendable, Hashable {
  /// All receivers: the file's in its order, then those of `ALERT_…` variables.
  package var receivers: [ReceiverSettings]
  /// Which of them gets what.
  package var routing: RoutingTable
  /// Where the console is, for links in messages; without a slash at its end. Nil: messages have no links.
  package var consoleURL: String?
  /// The installation's templates; a channel's own go before them.
  package var templates: TemplateSources
  /// When deliveries are tried again and given up; nil where nothing is said.
  package var retry: RetryPolicy?

  /// A configuration of these parts; without arguments nobody is told anything.
  package init(
    receivers: [ReceiverSettings] = [], routing: RoutingTable = RoutingTable(), consoleURL: String? = nil,
    templates: TemplateSources = TemplateSources(), retry: RetryPolicy? = nil
  ) {
    self.receivers = receivers
    self.routing = routing
    self.consoleURL = consoleURL
    self.templates = templates
    self.retry = retry
  }

  /// Reads a file, the files with secrets that it names, and the environment. Waits for the file system.
  /// - Parameters:
  ///   - file: path of the YAML or JSON file with the node's settings, if there is one
  ///   - environment: variables by name
  /// - Throws: ``ConfigurationError`` with everything that is wrong and without any secret
  package init(file: String?, environment: [String: String]) throws(ConfigurationError) {
    let file = file.map { ConfigurationFile(reading: $0) }
    self = try ReadingAttempt(file: file, environment: environment).result.get()
  }

  /// The top-level keys of the file that are read here; all others are settings of the node.
  package static let keys: Set<String> = ["receivers", "routes", "console_url", "templates", "deliveries"]
}
