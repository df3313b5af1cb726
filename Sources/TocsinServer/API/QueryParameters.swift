import TocsinCore

/// The parameters of a query string. Reading one notes what is wrong with it; ``finish()`` throws all of that at once.
/// Names that nobody reads are ignored.
struct QueryParameters {
  private var values: [String: [String]] = [:]
  private var faults: [Problem.Fault] = []

  /// How many bytes a query string may have.
  static let limit = 8192

  /// Reads what stands behind the `?`.
  init(_ query: some StringProtocol) throws(Problem) {
    guard query.utf8.count <= QueryParameters.limit else {
      throw Problem(400, "the query string has more than \(QueryParameters.limit) bytes")
    }
    for pair in query.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentDecoding.decode(halves[0], plusIsSpace: true),
        let value = PercentDecoding.decode(halves.count > 1 ? halves[1] : "", plusIsSpace: true)
      else { throw Problem(400, "the query string is not percent-encoded UTF-8") }
      values[name, default: []].append(value)
    }
  }

  /// A text of 1 to 256 bytes.
  mutating func text(_ name: String) -> String? {
    guard let value = single(name) else { return nil }
    guard (1...256).contains(value.utf8.count) else { return fault(name, "must have 1 to 256 bytes") }
    guard !value.utf8.contains(0) else { return fault(name, "must not contain U+0000") }
    return value
  }

  /// One of an enumeration's names.
  mutating func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, of type: Value.Type
  ) -> Value? where Value.RawValue == String {
    guard let text = single(name) else { return nil }
    if let value = Value(rawValue: text) { return value }
    return fault(name, "must be one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
  }

  /// A whole number.
  mutating func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) -> Int {
    guard let text = single(name) else { return standard }
    if let value = Int(text), range.contains(value), text.utf8.first != UInt8(ascii: "+") { return value }
    return fault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)") ?? standard
  }

  /// `true` or `false`, in any case: clients write it as their language does.
  mutating func bool(_ name: String, default standard: Bool) -> Bool {
    guard let text = single(name) else { return standard }
    if text.isField("true") { return true }
    if text.isField("false") { return false }
    return fault(name, "must be true or false") ?? standard
  }

  /// Where a page begins.
  mutating func cursor(_ name: String) -> AlertID? {
    guard let text = single(name) else { return nil }
    return Cursor.alert(text) ?? fault(name, "must be a next_cursor of an earlier answer")
  }

  /// Where a page of deliveries begins.
  mutating func deliveryCursor(_ name: String) -> DeliveryID? {
    guard let text = single(name) else { return nil }
    return Cursor.delivery(text) ?? fault(name, "must be a next_cursor of an earlier answer")
  }

  /// Where a page of a rule's changes begins.
  mutating func changeCursor(_ name: String) -> Int64? {
    guard let text = single(name) else { return nil }
    return Cursor.change(text) ?? fault(name, "must be a next_cursor of an earlier answer")
  }

  /// An alert's id.
  mutating func alertID(_ name: String) -> AlertID? {
    guard let text = single(name) else { return nil }
    return AlertID(text) ?? fault(name, "must be an alert's id")
  }

  /// - Throws: 422 where something that was read is not as it must be
  func finish() throws(Problem) {
    guard let first = faults.first, let name = first.parameter else { return }
    throw Problem(422, "the parameter \(name) \(first.detail)", faults: faults)
  }

  private mutating func single(_ name: String) -> String? {
    guard let all = values[name] else { return nil }
    guard all.count == 1 else { return fault(name, "must be given once") }
    return all[0]
  }

  private mutating func fault<Value>(_ name: String, _ detail: String) -> Value? {
    faults.append(Problem.Fault(pointer: "/" + name, detail: detail, parameter: name))
    return nil
  }
}

/// Where the next page of a list begins: opaque to clients, of `[A-Za-z0-9._~-]`.
enum Cursor {
  /// The cursor of a page that begins behind that alert; the letter tells the version.
  static func text(_ alert: AlertID) -> String { "a\(alert)" }

  /// Reads what ``text(_:)`` writes.
  static func alert(_ text: String) -> AlertID? {
    text.first == "a" ? AlertID(text.dropFirst()) : nil
  }

  /// The cursor of a page that begins behind the change of that number.
  static func text(_ version: Int64) -> String { "c\(version)" }

  /// Reads what ``text(_:)`` writes.
  static func change(_ text: String) -> Int64? {
    text.first == "c" && text.dropFirst().utf8.allSatisfy { (48...57).contains($0) } ? Int64(text.dropFirst()) : nil
  }

  /// The cursor of a page that begins behind that delivery.
  static func text(_ delivery: DeliveryID) -> String { "d\(delivery)" }

  /// Reads what ``text(_:)`` writes.
  static func delivery(_ text: String) -> DeliveryID? {
    text.first == "d" ? DeliveryID(text.dropFirst()) : nil
  }
}
