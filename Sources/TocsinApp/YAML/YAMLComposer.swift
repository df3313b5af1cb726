import Yams

/// Makes nodes of what Yams has read, follows the aliases itself, and counts what they stand for.
struct YAMLComposer {
  let limits: YAML.Limits
  let mask: AliasMask
  private var anchors: [String: YAML.Node] = [:]
  private var count = 0

  init(limits: YAML.Limits, mask: AliasMask) {
    self.limits = limits
    self.mask = mask
  }

  /// The node of a document.
  mutating func document(_ root: Yams.Node) throws(YAML.Failure) -> YAML.Node {
    anchors = [:]
    return try node(root, depth: 0, isKey: false)
  }

  /// - Parameter isKey: whether it is a key, or part of one
  private mutating func node(
    _ source: Yams.Node, depth: Int, isKey: Bool
  ) throws(YAML.Failure) -> YAML.Node {
    let line = source.mark?.line ?? 0
    guard depth < limits.depth else { throw YAML.Failure("line \(line): nested too deeply") }
    if case .scalar(let scalar) = source, scalar.style == .plain, let name = mask.afterAsterisk(scalar.string) {
      return try alias(name, scalar, depth: depth, isKey: isKey)
    }
    try add(1, line)
    let node =
      switch source {
      case .scalar(let scalar): try self.scalar(scalar, line, isKey: isKey)
      case .sequence(let sequence): try list(sequence, line, depth: depth, isKey: isKey)
      case .mapping(let mapping): try self.mapping(mapping, line, depth: depth, isKey: isKey)
      case .alias: throw YAML.Failure("line \(line): an alias without its anchor")
      }
    if let anchor = source.anchor { anchors[anchor.rawValue] = node }
    return node
  }

  private mutating func add(_ weight: Int, _ line: Int) throws(YAML.Failure) {
    count += weight
    guard count <= limits.nodes else {
      throw YAML.Failure("line \(line): the file has more than \(limits.nodes) values, counting what aliases repeat")
    }
  }

  /// What an alias repeats. Anything else that begins with an asterisk is an error, as it is in YAML.
  private mutating func alias(
    _ name: String, _ scalar: Yams.Node.Scalar, depth: Int, isKey: Bool
  ) throws(YAML.Failure) -> YAML.Node {
    let line = scalar.mark?.line ?? 0
    let place = "line \(line), column \(scalar.mark?.column ?? 0)"
    let hint = "a text that begins with * has to be quoted"
    let isName =
      !name.isEmpty && name.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || $0.isAliasMark) }
    guard isName, scalar.anchor == nil, YAMLComposer.hasNoTag(scalar, isKey: isKey) else {
      throw YAML.Failure("\(place): \(hint)")
    }
    guard let target = anchors[name] else { throw YAML.Failure("\(place): found undefined alias; \(hint)") }
    guard depth + target.height < limits.depth else { throw YAML.Failure("line \(line): nested too deeply") }
    try add(target.weight, line)
    return target
  }

  /// Whether the text says nothing of a tag. Yams notes the tag that it takes keys for when it compares them.
  private static func hasNoTag(_ scalar: Yams.Node.Scalar, isKey: Bool) -> Bool {
    scalar.tag.rawValue.isEmpty || isKey && scalar.tag.rawValue == Tag.Name.str.rawValue
  }

  private func scalar(
    _ scalar: Yams.Node.Scalar, _ line: Int, isKey: Bool
  ) throws(YAML.Failure) -> YAML.Node {
    let tag = scalar.tag.rawValue
    let nonSpecific = Tag.Name.nonSpecific.rawValue
    guard !tag.hasPrefix("!") || tag == nonSpecific else {
      throw YAML.Failure("line \(line): tags are not used here; a text that begins with ! has to be quoted")
    }
    let isText = tag == nonSpecific || tag == Tag.Name.str.rawValue && !isKey
    let isPlain = scalar.style == .plain && !isText
    return YAML.Node(content: .scalar(mask.restored(scalar.string), isPlain: isPlain), line: line)
  }

  private mutating func list(
    _ sequence: Yams.Node.Sequence, _ line: Int, depth: Int, isKey: Bool
  ) throws(YAML.Failure) -> YAML.Node {
    var elements: [YAML.Node] = []
    for element in sequence { elements.append(try node(element, depth: depth + 1, isKey: isKey)) }
    return YAMLComposer.collection(.list(elements), of: elements, line)
  }

  private mutating func mapping(
    _ mapping: Yams.Node.Mapping, _ line: Int, depth: Int, isKey: Bool
  ) throws(YAML.Failure) -> YAML.Node {
    var members: [YAML.Node.Member] = []
    var merged: [YAML.Node.Member] = []
    var names: Set<String> = []
    var parts: [YAML.Node] = []
    for (key, value) in mapping {
      let key = try node(key, depth: depth + 1, isKey: true)
      guard case .scalar(let name, let isPlain) = key.content else {
        throw YAML.Failure("line \(line): a key must be a text")
      }
      let value = try node(value, depth: depth + 1, isKey: isKey)
      parts += [key, value]
      if name == "<<", isPlain {
        merged += try YAMLComposer.merged(value, line)
      } else if names.insert(name).inserted {
        members.append(YAML.Node.Member(key: name, value: value))
      } else {
        throw YAML.Failure(duplicates: [name], line: line)
      }
    }
    for member in merged where names.insert(member.key).inserted { members.append(member) }
    return YAMLComposer.collection(.mapping(members), of: parts, line)
  }

  /// The members that `<<` brings in: those of a mapping, or of a list of mappings.
  private static func merged(_ value: YAML.Node, _ line: Int) throws(YAML.Failure) -> [YAML.Node.Member] {
    let sources = if case .list(let elements) = value.content { elements } else { [value] }
    var members: [YAML.Node.Member] = []
    for source in sources {
      guard case .mapping(let others) = source.content else {
        throw YAML.Failure("line \(line): << merges mappings only")
      }
      members += others
    }
    return members
  }

  private static func collection(_ content: YAML.Node.Content, of parts: [YAML.Node], _ line: Int) -> YAML.Node {
    YAML.Node(
      content: content, line: line, weight: parts.reduce(1) { $0 + $1.weight },
      height: (parts.map(\.height).max() ?? -1) + 1)
  }
}

extension Unicode.Scalar {
  /// Whether libyaml takes it in an alias' name, beside letters.
  fileprivate var isAliasMark: Bool { ("0"..."9").contains(self) || self == "_" || self == "-" }
}
