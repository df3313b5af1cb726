/// YAML documents, read within bounds: a short text with aliases of aliases can stand for billions of values.
package enum YAML {
  /// How much a text may hold.
  package struct Limits: Sendable, Hashable {
    /// The longest text, in bytes.
    package var bytes: Int
    /// The most values, keys included, each counted as often as aliases repeat it.
    package var nodes: Int
    /// How many levels of lists and mappings may be within each other.
    package var depth: Int

    /// For configuration files: a ConfigMap of Kubernetes is no larger than 1 MiB.
    package static let configuration = Limits(bytes: 1 << 20, nodes: 100_000, depth: 32)
    /// For files with rules, of which there may be thousands.
    package static let rules = Limits(bytes: 4 << 20, nodes: 1_000_000, depth: 64)
  }

  /// Why a text is not YAML, or cannot be used.
  package struct Failure: Error, Sendable, Hashable {
    /// One sentence that begins with the place, without any of the text, which may hold a password.
    package var reason: String
    /// The keys that the sentence is about, if there are any.
    package var keys: [String]

    /// A failure of that sentence.
    package init(_ reason: String, keys: [String] = []) {
      self.reason = reason
      self.keys = keys
    }
  }

  /// A value, and where it begins. What an alias repeats is shared, not copied.
  package struct Node: Sendable {
    /// What a value is.
    package enum Content: Sendable {
      /// A text; plain ones have no quotes, and ``YAMLScalar`` knows what they mean.
      case scalar(String, isPlain: Bool)
      /// Elements in their order.
      case list([Node])
      /// Members in their order, each key once, with what `<<` merges behind the mapping's own.
      case mapping([Member])
    }

    /// A key and its value.
    package struct Member: Sendable {
      /// The key's text.
      package var key: String
      /// Its value.
      package var value: Node
    }

    /// What it is.
    package var content: Content
    /// The line on which it begins, from 1.
    package var line: Int
    /// How many values it stands for, itself included.
    var weight = 1
    /// How many levels are below it.
    var height = 0

    /// Whether this is nothing: `~`, `null`, or no text at all.
    package var isNull: Bool {
      if case .scalar(let text, isPlain: true) = content { YAMLScalar.isNull(text) } else { false }
    }
  }
}
