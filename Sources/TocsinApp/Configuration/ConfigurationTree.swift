import TocsinCore
import TocsinJSON

/// What a configuration file holds. What a scalar means, its reader decides, so `0123` is a fine key and `5` a fine text.
enum ConfigurationTree: Sendable, Hashable {
  /// Nothing: `key:` with nothing behind it.
  case null
  /// A text; plain ones stood there without quotes.
  case scalar(String, isPlain: Bool)
  /// Elements in their order.
  case list([ConfigurationTree])
  /// Members in their order, each key once.
  case mapping([Member])

  /// A key and its value.
  struct Member: Sendable, Hashable {
    var key: String
    var value: ConfigurationTree
  }

  /// The members of the top level; nil where it holds something else. An empty file has none.
  var members: [Member]? {
    switch self {
    case .mapping(let members): members
    case .null: []
    case .scalar, .list: nil
    }
  }

  /// What this is, for people.
  var kind: String {
    switch self {
    case .null: "nothing"
    case .scalar: "a single value"
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }

  /// The JSON value of the same meaning: plain scalars follow YAML 1.2's core schema, so `yes` is a text.
  var json: JSON {
    switch self {
    case .null: .null
    case .scalar(let text, isPlain: false): .string(text)
    case .scalar(let text, isPlain: true): YAMLScalar.value(text)
    case .list(let elements): .array(elements.map(\.json))
    case .mapping(let members): .object(JSONObject(members.map { ($0.key, $0.value.json) }))
    }
  }

  /// The tree of a JSON text.
  init(_ json: JSON) {
    switch json {
    case .null: self = .null
    case .bool(let flag): self = .scalar(String(flag), isPlain: true)
    case .integer(let number): self = .scalar(String(number), isPlain: true)
    case .number(let number):
      self = .scalar(Int64(exactly: number).map(String.init) ?? String(number), isPlain: true)
    case .string(let text): self = .scalar(text, isPlain: false)
    case .array(let elements): self = .list(elements.map(ConfigurationTree.init))
    case .object(let object):
      self = .mapping(object.members.map { Member(key: $0.key, value: ConfigurationTree($0.value)) })
    }
  }
}
