import TocsinCore
import Yams

extension ConfigurationTree {
  /// Reads a file's text: JSON where its name ends so, YAML otherwise.
  /// - Throws: ``ConfigurationError`` that says where the text is wrong, without showing any of it
  init(text: String, path: String) throws(ConfigurationError) {
    do {
      if path.hasSuffix(".json") {
        self.init(try JSON(parsing: text))
      } else {
        self = try Parser(yaml: text).singleRoot().map { try ConfigurationTree($0, depth: 0) } ?? .null
      }
    } catch {
      throw ConfigurationError(source: path, problems: [ConfigurationTree.reason(error)])
    }
  }

  private struct Failure: Error {
    var reason: String
  }

  private init(_ node: Yams.Node, depth: Int) throws {
    let line = "line \(node.mark?.line ?? 0)"
    guard depth < 32 else { throw Failure(reason: "\(line): nested too deeply") }
    switch node {
    case .scalar(let scalar):
      let tag = scalar.tag.rawValue
      guard !tag.hasPrefix("!") || tag == Tag.Name.nonSpecific.rawValue else {
        throw Failure(reason: "\(line): tags are not used here; a text that begins with ! has to be quoted")
      }
      let isPlain = scalar.style == .plain && tag != Tag.Name.str.rawValue
      let isNull = isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
      self = isNull ? .null : .scalar(scalar.string, isPlain: isPlain)
    case .sequence(let sequence):
      self = .list(try sequence.map { try ConfigurationTree($0, depth: depth + 1) })
    case .mapping(let mapping):
      self = .mapping(try ConfigurationTree.members(of: mapping, line, depth: depth))
    case .alias:
      throw Failure(reason: "\(line): an alias without its anchor")
    }
  }

  /// The members, with those that `<<` merges behind the mapping's own, which win.
  private static func members(of mapping: Yams.Node.Mapping, _ line: String, depth: Int) throws -> [Member] {
    var members: [Member] = []
    var merged: [Member] = []
    for (key, value) in mapping {
      guard let scalar = key.scalar else { throw Failure(reason: "\(line): a key must be a text") }
      let tree = try ConfigurationTree(value, depth: depth + 1)
      guard scalar.string == "<<", scalar.style == .plain else {
        members.append(Member(key: scalar.string, value: tree))
        continue
      }
      let sources = if case .list(let elements) = tree { elements } else { [tree] }
      for source in sources {
        guard case .mapping(let others) = source else {
          throw Failure(reason: "\(line): << merges mappings only")
        }
        merged += others
      }
    }
    for member in merged where !members.contains(where: { $0.key == member.key }) { members.append(member) }
    return members
  }

  /// What is wrong, without the text around the place: it may hold a password.
  private static func reason(_ error: any Error) -> String {
    switch error {
    case let failure as Failure: return failure.reason
    case let error as JSONError: return error.description
    case let error as YamlError:
      switch error {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        let hint = problem.hasSuffix("undefined alias") ? "; a text that begins with * has to be quoted" : ""
        return "line \(mark.line), column \(mark.column): \(problem)\(hint)"
      case .duplicatedKeysInMapping(_, let context):
        return "line \(context.mark.line): the mapping that begins there has a key twice"
      case .reader(let problem, _, _, _): return problem
      default: return "it is not YAML"
      }
    default: return "it is not YAML"
    }
  }
}
