import TocsinApp
import TocsinCore
import TocsinJSON
import Yams

/// Writes JSON values as YAML in block style, members in their order.
enum YAMLWriter {
  /// The text of a document, with a newline at its end.
  static func text(_ value: JSON) throws -> String {
    try serialize(node: node(value), indent: 2, width: -1, allowUnicode: true)
  }

  private static func node(_ value: JSON) -> Yams.Node {
    switch value {
    case .null: plain("null")
    case .bool(let value): plain(value ? "true" : "false")
    case .integer(let value): plain("\(value)")
    case .number(let value): plain(value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value)).0" : "\(value)")
    case .string(let text):
      .scalar(Yams.Node.Scalar(text, Tag(.str), YAMLScalar.canBePlain(text) ? .plain : .doubleQuoted))
    case .array(let elements):
      .sequence(Yams.Node.Sequence(elements.map(node), Tag(.seq), elements.isEmpty ? .flow : .block))
    case .object(let object):
      .mapping(
        Yams.Node.Mapping(
          object.members.map { (node(.string($0.key)), node($0.value)) }, Tag(.map), object.isEmpty ? .flow : .block))
    }
  }

  private static func plain(_ text: String) -> Yams.Node {
    .scalar(Yams.Node.Scalar(text, .implicit, .plain))
  }
}
