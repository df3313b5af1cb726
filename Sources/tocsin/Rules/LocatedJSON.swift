import TocsinApp
import TocsinCore
import TocsinJSON

/// The JSON value of a YAML value, where it is, and its parts, each with its own place.
struct LocatedJSON {
  var value: JSON
  var line: Int
  /// Of a list: its elements.
  var elements: [LocatedJSON] = []
  /// Of a mapping: its members.
  var members: [(key: String, value: LocatedJSON)] = []

  init(_ node: YAML.Node) {
    line = node.line
    switch node.content {
    case .scalar(let text, isPlain: true): value = YAMLScalar.value(text)
    case .scalar(let text, isPlain: false): value = .string(text)
    case .list(let nodes):
      elements = nodes.map { LocatedJSON($0) }
      value = .array(elements.map(\.value))
    case .mapping(let nodes):
      members = nodes.map { ($0.key, LocatedJSON($0.value)) }
      value = .object(JSONObject(members.map { ($0.key, $0.value.value) }))
    }
  }
}
