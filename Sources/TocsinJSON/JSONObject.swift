/// The members of a JSON object in their order. Names are compared byte by byte (RFC 8259, section 8.3).
///
/// Looking one up is linear: objects here are small. What looks many up at once (a comparison, ``contains(all:)``,
/// making one of a list) takes time linear in both sizes.
package struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  /// A name and its value.
  package struct Member: Sendable, Hashable {
    /// The name.
    package var key: String
    /// The value.
    package var value: JSON

    /// A member of that name and value.
    package init(key: String, value: JSON) {
      self.key = key
      self.value = value
    }
  }

  /// The members in their order.
  package private(set) var members: [Member] = []

  /// An object of these members; of two with one name the later wins, in the earlier one's place.
  package init(_ members: [(String, JSON)] = []) {
    guard members.count > JSONNameSet.scanLimit else {
      self.members.reserveCapacity(members.count)
      for (key, value) in members { self[key] = value }
      return
    }
    var places: [JSONExactText: Int] = [:]
    for (key, value) in members {
      if let place = places.updateValue(self.members.count, forKey: JSONExactText(key)) {
        places[JSONExactText(key)] = place
        self.members[place].value = value
      } else {
        self.members.append(Member(key: key, value: value))
      }
    }
  }

  package init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(elements)
  }

  /// An empty object with room for so many members.
  package init(minimumCapacity: Int) {
    members.reserveCapacity(minimumCapacity)
  }

  /// Appends a member whose name is known to be new: for readers that have checked.
  package mutating func append(uncheckedKey key: String, value: JSON) {
    members.append(Member(key: key, value: value))
  }

  /// Whether there are no members.
  package var isEmpty: Bool { members.isEmpty }

  /// How many members there are.
  package var count: Int { members.count }

  /// Where the member of that name stands.
  package func index(of key: String) -> Int? {
    members.firstIndex { $0.key.hasSameBytes(as: key) }
  }

  /// The value of that name; setting nil removes the member.
  package subscript(key: String) -> JSON? {
    get { index(of: key).map { members[$0].value } }
    set {
      if let index = index(of: key) {
        if let newValue { members[index].value = newValue } else { members.remove(at: index) }
      } else if let newValue {
        members.append(Member(key: key, value: newValue))
      }
    }
  }

  /// Whether every member of the other object is here, too, with an equal value.
  package func contains(all other: JSONObject) -> Bool {
    guard other.count <= count else { return false }
    guard other.count > JSONNameSet.scanLimit else {
      return other.members.allSatisfy { self[$0.key] == $0.value }
    }
    var values: [JSONExactText: JSON] = [:]
    for member in members { values[JSONExactText(member.key)] = member.value }
    return other.members.allSatisfy { values[JSONExactText($0.key)] == $0.value }
  }

  /// Objects are equal when they have equal members, in any order.
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.contains(all: right)
  }

  package func hash(into hasher: inout Hasher) {
    var sum = 0
    for member in members { sum ^= member.hashValue }
    hasher.combine(sum)
  }
}

extension JSONObject {
  /// Appends this object as compact JSON.
  package func append(to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    var isFirst = true
    for member in members {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      JSONWriter.append(string: member.key, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      member.value.append(to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }
}
