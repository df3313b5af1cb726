package import TocsinJSON

/// Why a request's body was refused, with everything that has to be changed at once.
package struct ValidationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of refusal it is.
  package enum Kind: Sendable, Hashable {
    /// The body is not JSON, or not strictly: status 400.
    case malformed
    /// The body is JSON but says something that is not allowed: status 422.
    case invalid
  }

  /// What is wrong with one field.
  package struct FieldError: Sendable, Hashable {
    /// Where, as a JSON Pointer (RFC 6901): `/threshold`; empty for the whole body.
    package let pointer: String
    /// What to change, as a sentence.
    package let detail: String

    /// A fault of that place.
    package init(pointer: String, detail: String) {
      self.pointer = pointer
      self.detail = detail
    }
  }

  /// What kind of refusal it is.
  package let kind: Kind
  /// What is wrong, in one sentence.
  package let detail: String
  /// Every field that has to be changed; empty where ``kind-swift.property`` is ``Kind-swift.enum/malformed``.
  package let errors: [FieldError]

  /// A refusal of these parts.
  package init(kind: Kind, detail: String, errors: [FieldError] = []) {
    self.kind = kind
    self.detail = detail
    self.errors = errors
  }

  /// A refusal for what these fields hold.
  package init(_ errors: [FieldError]) {
    let detail =
      errors.count == 1
      ? errors[0].detail : "\(errors.count) fields of the body have to be changed; `errors` names each of them."
    self.init(kind: .invalid, detail: detail, errors: errors)
  }

  /// A refusal of one place.
  package init(pointer: String, detail: String) {
    self.init([FieldError(pointer: pointer, detail: detail)])
  }

  /// A refusal of a text that is not JSON; one with a number that no double holds is only ``Kind-swift.enum/invalid``.
  package init(_ error: JSONError, pointer: String = "") {
    let detail = "The body cannot be read: \(error.reason), at byte \(error.offset)."
    switch error.kind {
    case .syntax: self.init(kind: .malformed, detail: detail)
    case .number: self.init(pointer: pointer, detail: detail)
    }
  }

  package var description: String {
    guard errors.count > 1 || errors.contains(where: { !$0.pointer.isEmpty }) else { return detail }
    return errors.map { "\($0.pointer.isEmpty ? "body" : $0.pointer): \($0.detail)" }.joined(separator: " ")
  }
}
