extension PostgresValue {
  /// The value as the text that PostgreSQL's input functions read, or nil where there is none.
  var literal: String? {
    switch self {
    case .text(let string): string
    case .int8(let number): String(number)
    case .float8(let number): Self.literal(number)
    case .bool(let truth): truth ? "true" : "false"
    case .uuid(let uuid): uuid.description
    case .jsonb(let json): String(decoding: json, as: UTF8.self)
    case .textArray(let elements): Self.array(elements)
    case .int8Array(let elements): Self.array(elements.map { String($0) })
    case .float8Array(let elements): Self.array(elements.map(Self.literal))
    case .boolArray(let elements): Self.array(elements.map { $0 ? "true" : "false" })
    case .uuidArray(let elements): Self.array(elements.map(\.description))
    case .jsonbArray(let elements): Self.array(elements.map { String(decoding: $0, as: UTF8.self) })
    case .null, .timestamptz, .timestamptzArray: nil
    }
  }

  private static func literal(_ number: Double) -> String {
    number.isNaN ? "NaN" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : "\(number)"
  }

  /// An array literal with every element quoted (PostgreSQL documentation, 8.15.6).
  private static func array(_ elements: [String?]) -> String {
    let quoted = elements.map { element in
      guard let element else { return "NULL" }
      var text = "\""
      for character in element.unicodeScalars {
        if character == "\"" || character == "\\" { text += "\\" }
        text.unicodeScalars.append(character)
      }
      return text + "\""
    }
    return "{" + quoted.joined(separator: ",") + "}"
  }
}
