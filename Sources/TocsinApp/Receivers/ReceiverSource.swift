/// Where a node's receivers are read from.
public struct ReceiverSource: Sendable {
  /// The configuration file as it was read at the start, if there is one.
  public var file: ConfigurationFile?
  /// The environment's variables by name.
  public var environment: [String: String]

  /// A source of these parts.
  public init(file: ConfigurationFile?, environment: [String: String]) {
    self.file = file
    self.environment = environment
  }
}

extension ReceiverSource: CustomStringConvertible, CustomReflectable {
  /// The file's path: variables may hold passwords.
  public var description: String { file?.path ?? "the environment" }

  /// A mirror without children.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
