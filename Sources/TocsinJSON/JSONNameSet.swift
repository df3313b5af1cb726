/// The names of an object's members so far, to find a repeated one: a scan while they are few, a hash table beyond.
package struct JSONNameSet {
  /// Up to how many members a scan is faster.
  package static let scanLimit = 16
  private var names: Set<JSONExactText> = []

  /// No name yet.
  package init() {}

  /// Notes a name.
  /// - Parameter members: those whose names were noted before
  /// - Returns: false where it is there already
  package mutating func insert(_ name: String, after members: JSONObject) -> Bool {
    if members.count < JSONNameSet.scanLimit { return members.index(of: name) == nil }
    if names.isEmpty { for member in members.members { names.insert(JSONExactText(member.key)) } }
    return names.insert(JSONExactText(name)).inserted
  }
}

/// A string that equals another one only byte by byte: names of members are compared by code unit (RFC 8259,
/// section 8.3), where Swift regards canonically equivalent strings as equal.
struct JSONExactText: Hashable {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static func == (left: JSONExactText, right: JSONExactText) -> Bool {
    left.text.hasSameBytes(as: right.text)
  }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension String {
  /// Whether both are the same UTF-8 bytes.
  @inlinable @inline(__always)
  package func hasSameBytes(as other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }
}
