import TocsinCore
import TocsinJSON

/// The fields of a body that is a small object. Reading one notes what is wrong with it; ``finish()`` throws all of that
/// at once, and with it the names that the endpoint does not know.
struct BodyFields {
  private let object: JSONObject
  private var errors: [ValidationError.FieldError]

  /// Reads that object.
  /// - Parameter known: the names that it may have
  init(_ object: JSONObject, known: [String]) {
    self.object = object
    errors = UnknownKeys.errors(in: object, known: known)
  }

  /// A text of 1 to 256 bytes; nil where it is absent, `null` or wrong.
  mutating func text(_ name: String) -> String? {
    guard let value = given(name) else { return nil }
    guard let text = value.string else { return refuse(name, "must be a string") }
    guard (1...256).contains(text.utf8.count) else { return refuse(name, "must have 1 to 256 bytes") }
    return text
  }

  /// An alert's id.
  mutating func alertID(_ name: String) -> AlertID? {
    guard let value = given(name) else { return nil }
    return value.string.flatMap { AlertID($0) } ?? refuse(name, "must be an alert's id")
  }

  /// One of these values, by its name.
  mutating func choice<Value: RawRepresentable>(
    _ name: String, of values: [Value]
  ) -> Value? where Value.RawValue == String {
    guard let value = given(name) else { return nil }
    if let found = values.first(where: { $0.rawValue == value.string }) { return found }
    return refuse(name, "must be one of \(values.map(\.rawValue).joined(separator: ", "))")
  }

  /// Says that a field must be there, unless it is there and wrong.
  mutating func require(_ name: String, _ what: String) {
    guard given(name) == nil else { return }
    let _: Never? = refuse(name, "is required: \(what)")
  }

  /// - Throws: where something that was read is not as it must be, or a name is not known
  func finish() throws(ValidationError) {
    if !errors.isEmpty { throw ValidationError(errors) }
  }

  private func given(_ name: String) -> JSON? {
    // Not by a conditional expression: its `nil` would be JSON's null.
    guard let value = object[name], value != .null else { return nil }
    return value
  }

  private mutating func refuse<Value>(_ name: String, _ detail: String) -> Value? {
    errors.append(ValidationError.FieldError(pointer: "/" + name, detail: "\(name) \(detail)."))
    return nil
  }
}
