/// YAML documents, read within bounds: a short text with aliases of aliases can stand for billions of values.
public enum YAML {
  /// How much a text may hold.
  public struct Limits: Sendable, Hashable {
    /// The longest text, in bytes.
    public var bytes: Int
    /// The most values, keys included, each counted as often as aliases repeat it.
    public var nodes: Int
    /// How many levels of lists and mappings may be within each other.
    public var depth: Int

    /// For configuration files: a ConfigMap of Kubernetes is no larger than 1 MiB.
    public static let configuration = Limits(bytes: 1 << 20, nodes: 100_000, depth: 32)
    /// For files with rules, of which there may be thousands.
    public static let rules = Limits(bytes: 4 << 20, nodes: 1_000_000, depth: 64)
  }

  /// Why a text is not YAML, or cannot be used.
  public struct Failure: Error, Sendable, Hashable {
    /// One sentence that begins with the place, without any of the text, which may hold a password.
    public var reason: String
    /// The keys that the sentence is about, if there are any.
    public var keys: [String]

    /// A failure of that sentence.
    public init(_ reason: String, keys: [String] = []) {
      self.reason = reason
      self.keys = keys
    }
  }

  /// A value, and where it begins. What an alias repeats is shared, not copied.
  public struct Node: Sendable {
    /// What a value is.
    public enum Content: Sendable {
      /// A text; plain ones have no quotes, and ``YAMLScalar`` knows what they mean.
      case scalar(String, isPlain: Bool)
      /// Elements in their order.
      case list([Node])
      /// Members in their order, each key once, with what `<<` merges behind the mapping's own.
      case mapping([Member])
    }

    /// A key and its value.
    public struct Member: Sendable {
      /// The key's text.
      public var key: String
      /// Its value.
      public var value: Node
    }

    /// What it is.
    public var content: Content
    /// The line on which it begins, from 1.
    public var line: Int
    /// How many values it stands for, itself included.
    var weight = 1
    /// How many levels are below it.
    var height = 0

    /// Whether this is nothing: `~`, `null`, or no text at all.
    public var isNull: Bool {
      if case .scalar(let text, isPlain: true) = content { YAMLScalar.isNull(text) } else { false }
    }
  }
}
