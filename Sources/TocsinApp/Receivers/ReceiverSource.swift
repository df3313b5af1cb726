/// Where a node's receivers are read from.
package struct ReceiverSource: Sendable {
  /// The configuration file as it was read at the start, if there is one.
  package var file: ConfigurationFile?
  /// The environment's variables by name.
  package var environment: [String: String]

  /// A source of these parts.
  package init(file: ConfigurationFile?, environment: [String: String]) {
    self.file = file
    self.environment = environment
  }
}

extension ReceiverSource: CustomStringConvertible, CustomReflectable {
  /// The file's path: variables may hold passwords.
  package var description: String { file?.path ?? "the environment" }

  /// A mirror without children.
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
