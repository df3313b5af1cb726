import TocsinCore
import Yams

/// Reads YAML documents as JSON values.
enum YAMLReader {
  /// Why a text is not YAML, or not of the kind that has a JSON value.
  struct Failure: Error, Sendable, Equatable {
    var reason: String
  }

  /// The documents of a text, with the lines on which they begin; empty ones are left out.
  static func documents(_ text: String) throws(Failure) -> [Located] {
    do {
      var sequence = try compose_all(yaml: text)
      var documents: [Located] = []
      while let node = sequence.next() {
        let located = try Located(node, depth: 0)
        if located.value != .null { documents.append(located) }
      }
      if let error = sequence.error { throw error }
      return documents
    } catch let failure as Failure {
      throw failure
    } catch let error as YamlError {
      throw Failure(reason: reason(error))
    } catch {
      throw Failure(reason: "\(error)")
    }
  }

  /// A value, where it stood, and the parts of an array each with its own place.
  struct Located {
    var value: JSON
    var line: Int?
    var elements: [Located] = []
    /// Only for an object: its members with their places.
    var members: [(key: String, value: Located)] = []

    fileprivate init(_ node: Node, depth: Int) throws {
      line = node.mark?.line
      guard depth < 64 else { throw Failure(reason: "line \(line ?? 0): nested too deeply") }
      switch node {
      case .scalar(let scalar):
        value = try Located.value(scalar)
      case .sequence(let sequence):
        elements = try sequence.map { try Located($0, depth: depth + 1) }
        value = .array(elements.map(\.value))
      case .mapping(let mapping):
        for (key, item) in mapping {
          guard let name = key.scalar?.string else { throw Failure(reason: "line \(line ?? 0): a key must be text") }
          members.append((name, try Located(item, depth: depth + 1)))
        }
        value = .object(JSONObject(members.map { ($0.key, $0.value.value) }))
      case .alias:
        throw Failure(reason: "line \(line ?? 0): an alias without its anchor")
      }
    }

    private static func value(_ scalar: Node.Scalar) throws -> JSON {
      let tag = scalar.tag.rawValue
      if tag == Tag.Name.str.rawValue { return .string(scalar.string) }
      if scalar.style == .plain, tag != Tag.Name.nonSpecific.rawValue {
        return YAMLScalar.value(scalar.string)
      }
      return .string(scalar.string)
    }
  }

  private static func reason(_ error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "line \(mark.line), column \(mark.column): \(problem)"
    case .duplicatedKeysInMapping(let duplicates, let context):
      "line \(context.mark.line): \(duplicates.sorted().map { "`\($0)`" }.joined(separator: ", ")) stands there twice"
    case .reader(let problem, _, _, _): problem
    default: "\(error)".split(separator: "\n").first.map(String.init) ?? "it is not YAML"
    }
  }
}
