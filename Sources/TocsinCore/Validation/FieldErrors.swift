import TocsinJSON

/// Reads fields of a body and collects what is wrong with them, so that a caller learns of everything at once.
///
/// Each reader answers nil for a field that is absent, `null` or wrong; only the last is an error.
struct FieldErrors {
  /// Where the body's object stands in the whole body (RFC 6901).
  let pointer: String
  /// Whether the values come from the parser, which lets no U+0000 through.
  let isParsed: Bool
  /// What is wrong so far.
  private(set) var errors: [ValidationError.FieldError] = []
  /// How many keys of the object are not known.
  var unknownKeys = 0

  init(pointer: String, isParsed: Bool = false) {
    self.pointer = pointer
    self.isParsed = isParsed
  }

  /// Throws if anything was wrong.
  func check() throws(ValidationError) {
    if !errors.isEmpty { throw ValidationError(errors) }
  }

  @inline(never)
  mutating func add(_ field: StaticString, _ detail: String) {
    let place = field.utf8CodeUnitCount == 0 ? pointer : pointer + "/\(field)"
    errors.append(ValidationError.FieldError(pointer: place, detail: detail))
  }

  /// The same for a key that may be any text.
  mutating func add(key: String, _ detail: String) {
    errors.append(ValidationError.FieldError(pointer: "\(pointer)/\(key.pointerToken)", detail: detail))
  }

  /// Says that a field must be there.
  mutating func require(_ field: StaticString, _ what: String) {
    add(field, "\(field) is required: \(what).")
  }

  /// A string of so many bytes.
  mutating func text(_ field: StaticString, _ value: JSON?, bytes: ClosedRange<Int>) -> String? {
    guard case .string(let text) = value else {
      if let value, value != .null { add(field, "\(field) must be a string.") }
      return nil
    }
    let count = text.utf8.count
    guard bytes.contains(count) else {
      add(
        field,
        count == 0
          ? "\(field) must not be empty."
          : "\(field) must have at most \(bytes.upperBound) bytes; this one has \(count).")
      return nil
    }
    guard isParsed || !text.utf8.contains(0) else {
      add(field, "\(field) must not contain the character U+0000.")
      return nil
    }
    return text
  }

  /// A finite number.
  mutating func number(_ field: StaticString, _ value: JSON?) -> Double? {
    guard let value, value != .null else { return nil }
    guard let number = value.double, number.isFinite else {
      add(field, "\(field) must be a finite number.")
      return nil
    }
    return number
  }

  /// A whole number, `60` or `60.0`.
  mutating func integer(_ field: StaticString, _ value: JSON?, _ range: ClosedRange<Int>) -> Int? {
    guard let value, value != .null else { return nil }
    guard let integer = value.wholeNumber, range.contains(integer) else {
      add(field, "\(field) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
      return nil
    }
    return integer
  }

  /// A truth value.
  mutating func bool(_ field: StaticString, _ value: JSON?) -> Bool? {
    guard let value, value != .null else { return nil }
    guard let bool = value.bool else {
      add(field, "\(field) must be true or false.")
      return nil
    }
    return bool
  }

  /// One of the names of an enumeration.
  mutating func name<Name: RawRepresentable & CaseIterable>(
    _ field: StaticString, _ value: JSON?, of type: Name.Type = Name.self
  ) -> Name? where Name.RawValue == String {
    guard let value, value != .null else { return nil }
    if let name = value.string.flatMap(Name.init(rawValue:)) { return name }
    let names = Name.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    add(field, "\(field) must be one of \(names).")
    return nil
  }

  /// An object that fits, written compactly, in so many bytes.
  mutating func object(_ field: StaticString, _ value: JSON?, maximumBytes: Int) -> JSONObject? {
    guard let value, value != .null else { return nil }
    guard case .object(let object) = value else {
      add(field, "\(field) must be an object.")
      return nil
    }
    if object.isEmpty { return object }
    let count = value.bytes.count
    guard count <= maximumBytes else {
      add(field, "\(field) must have at most \(maximumBytes) bytes; this one has \(count).")
      return nil
    }
    guard isParsed || !value.containsNUL else {
      add(field, "\(field) must not contain the character U+0000.")
      return nil
    }
    return object
  }

  /// A time as ``Timestamp`` reads it.
  mutating func time(_ field: StaticString, _ value: JSON?) -> Timestamp? {
    guard let value, value != .null else { return nil }
    guard let time = value.string.flatMap({ Timestamp($0) }) else {
      add(field, "\(field) must be a time like 2026-01-31T09:30:00.125Z.")
      return nil
    }
    return time
  }
}

extension JSON {
  /// The number, if this is a whole one that fits.
  var wholeNumber: Int? {
    switch self {
    case .integer(let value): Int(exactly: value)
    case .number(let value): value.wholeInteger.flatMap { Int(exactly: $0) }
    default: nil
    }
  }

  /// Whether U+0000 is somewhere in it. The parser refuses that; values made in other ways may have it.
  var containsNUL: Bool {
    switch self {
    case .string(let text): text.utf8.contains(0)
    case .array(let elements): elements.contains { $0.containsNUL }
    case .object(let object): object.members.contains { $0.key.utf8.contains(0) || $0.value.containsNUL }
    default: false
    }
  }

  /// How many containers stand in one another, itself included.
  var levels: Int {
    switch self {
    case .array(let elements): 1 + (elements.lazy.map(\.levels).max() ?? 0)
    case .object(let object): 1 + (object.members.lazy.map(\.value.levels).max() ?? 0)
    default: 0
    }
  }
}
