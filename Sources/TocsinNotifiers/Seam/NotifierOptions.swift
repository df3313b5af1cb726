/// What holds for all receivers.
package struct NotifierOptions: Sendable, Hashable {
  /// Where the console is, for links to alerts: `{alert_id}` in it is filled in, without it the parameter `alert_id` is
  /// added. Nil for messages without links.
  package var consoleURL: String?
  /// Templates for all receivers; those of a channel go before them.
  package var templates: TemplateSources

  /// Options; without arguments there are no links, and the built-in templates.
  package init(consoleURL: String? = nil, templates: TemplateSources = TemplateSources()) {
    self.consoleURL = consoleURL
    self.templates = templates
  }
}
