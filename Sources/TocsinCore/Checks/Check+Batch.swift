import TocsinJSON

extension Check {
  /// Reads the body of `POST /api/alerts/check/batch`: `{"checks": […]}`, 1 to 1,000 of them.
  /// - Returns: for each check, in their order, itself or why it was refused (with pointers like
  ///   `/checks/3/metric_value`): one bad check fails alone
  /// - Throws: where the body as a whole cannot be read
  package static func batch(
    body: UnsafeRawBufferPointer
  ) throws(ValidationError) -> [Result<Check, ValidationError>] {
    var reader = BatchReader(reader: JSONReader(body, maximumDepth: 64))
    do throws(JSONError) {
      try reader.read()
    } catch {
      throw ValidationError(error)
    }
    try reader.fields.check()
    return reader.checks
  }
}

/// Reads the body of a batch.
private struct BatchReader {
  var reader: JSONReader
  /// What was read.
  var checks: [Result<Check, ValidationError>] = []
  /// What is wrong with the batch as a whole.
  var fields = FieldErrors(pointer: "", isParsed: true)
  /// Of the checks.
  private var unknownKeys = UnknownKeys()
  private var isThere = false

  init(reader: JSONReader) {
    self.reader = reader
  }

  mutating func read() throws(JSONError) {
    try reader.refuseByteOrderMark()
    guard try reader.peek() == UInt8(ascii: "{") else {
      _ = try reader.value()
      fields.add("", "The body must be an object with the list `checks`.")
      return try reader.end()
    }
    var unknownKeys = UnknownKeys()
    var names = JSONNameSet()
    var seen = JSONObject()
    var more = try reader.beginObject()
    while more {
      let name = try reader.name()
      let text = reader.text(of: name)
      guard names.insert(text, after: seen) else { throw reader.duplicate(at: name.place) }
      seen.append(uncheckedKey: text, value: .null)
      if text == "checks" {
        isThere = true
        try readChecks()
      } else {
        fields.refuse(key: text, known: ["checks"], &unknownKeys)
        _ = try reader.value()
      }
      more = try reader.anotherMember()
    }
    try reader.end()
    if !isThere { fields.require("checks", "a list of 1 to \(Limits.checksPerBatch) checks") }
    fields.sumUpKeys()
  }

  private mutating func readChecks() throws(JSONError) {
    guard try reader.peek() == UInt8(ascii: "[") else {
      _ = try reader.value()
      return fields.add("checks", "checks must be a list of 1 to \(Limits.checksPerBatch) checks.")
    }
    var more = try reader.beginArray()
    if !more { fields.add("checks", "checks must not be empty.") }
    var isTooLong = false
    while more {
      if checks.count < Limits.checksPerBatch {
        try readCheck()
      } else {
        _ = try reader.value()
        isTooLong = true
      }
      more = try reader.anotherElement()
    }
    if isTooLong {
      fields.add("checks", "checks must have at most \(Limits.checksPerBatch) elements: send several batches.")
    }
  }

  private mutating func readCheck() throws(JSONError) {
    let pointer = "/checks/\(checks.count)"
    var draft = CheckDraft(pointer: pointer, isParsed: true)
    guard try draft.fill(from: &reader, &unknownKeys) else {
      reader.nonFiniteOffset = nil
      checks.append(.failure(ValidationError(pointer: pointer, detail: "A check must be an object.")))
      return
    }
    do throws(ValidationError) {
      checks.append(.success(try draft.finish()))
    } catch {
      checks.append(.failure(error))
    }
  }
}
