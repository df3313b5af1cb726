/// Where a node's receivers are read from.
public struct ReceiverSource: Sendable, Hashable {
  /// The configuration file, if there is one.
  public var file: String?
  /// The environment's variables by name.
  public var environment: [String: String]

  /// A source of these parts.
  public init(file: String?, environment: [String: String]) {
    self.file = file
    self.environment = environment
  }
}
