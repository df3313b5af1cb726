import Support
import TocsinCore

/// The parameters of a query string. Reading one notes what is wrong with it; ``finish()`` throws all of that at once, and
/// with it the names that the endpoint does not know.
struct QueryParameters {
  private var values: [String: [String]] = [:]
  private var faults: [Problem.Fault] = []

  /// How many bytes a query string may have.
  static let limit = 8192
  /// How many values a parameter may have.
  static let valueLimit = 50

  /// Reads what stands behind the `?`.
  /// - Parameters:
  ///   - known: the names that it may have
  ///   - limit: how many bytes it may have
  init(_ query: some StringProtocol, known: [String], limit: Int = QueryParameters.limit) throws(Problem) {
    guard query.utf8.count <= limit else { throw Problem(400, "the query string has more than \(limit) bytes") }
    var unknown = UnknownKeys()
    for pair in query.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentCoding.decode(halves[0], plusIsSpace: true),
        let value = PercentCoding.decode(halves.count > 1 ? halves[1] : "", plusIsSpace: true)
      else { throw Problem(400, "the query string is not percent-encoded UTF-8") }
      if values[name] == nil, !known.contains(name), faults.count < QueryParameters.valueLimit {
        let _: Never? = fault(name, unknown.clause(name, among: known))
      }
      values[name, default: []].append(value)
    }
  }

  /// A text of 1 to 256 bytes.
  mutating func text(_ name: String) -> String? {
    single(name).flatMap { checked($0, name) }
  }

  /// Texts of 1 to 256 bytes: the name is repeated, or commas separate them; one that holds a comma cannot be given.
  mutating func texts(_ name: String) -> [String] {
    var found: [String] = []
    for value in values[name] ?? [] {
      for part in value.split(separator: ",", omittingEmptySubsequences: false) {
        guard let text = checked(String(part), name) else { return [] }
        if !found.contains(text) { found.append(text) }
        if found.count > QueryParameters.valueLimit {
          return fault(name, "must have at most \(QueryParameters.valueLimit) values") ?? []
        }
      }
    }
    return found
  }

  /// Names of an enumeration, given as ``texts(_:)`` are.
  mutating func choices<Value: RawRepresentable & CaseIterable>(
    _ name: String, of type: Value.Type
  ) -> [Value] where Value.RawValue == String {
    var found: [Value] = []
    for text in texts(name) {
      guard let value = Value(rawValue: text) else { return refuse(text, name, of: type) ?? [] }
      found.append(value)
    }
    return found
  }

  /// One of an enumeration's names.
  mutating func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, of type: Value.Type
  ) -> Value? where Value.RawValue == String {
    guard let text = single(name) else { return nil }
    return Value(rawValue: text) ?? refuse(text, name, of: type)
  }

  private mutating func refuse<Value: RawRepresentable & CaseIterable, Result>(
    _ text: String, _ name: String, of type: Value.Type
  ) -> Result? where Value.RawValue == String {
    let names = Value.allCases.map(\.rawValue)
    return fault(
      name, "must be one of \(names.joined(separator: ", "))\(NearestName.question(text, among: names))")
  }

  /// A whole number.
  mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
    guard let text = single(name) else { return nil }
    if let value = Int(text), range.contains(value), text.utf8.first != UInt8(ascii: "+") { return value }
    return fault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
  }

  /// A whole number.
  mutating func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) -> Int {
    integer(name, in: range) ?? standard
  }

  /// `true` or `false`, in any case: clients write it as their language does.
  mutating func bool(_ name: String) -> Bool? {
    guard let text = single(name) else { return nil }
    if text.isField("true") { return true }
    if text.isField("false") { return false }
    return fault(name, "must be true or false")
  }

  /// The same, with a value for where it is absent.
  mutating func bool(_ name: String, default standard: Bool) -> Bool {
    bool(name) ?? standard
  }

  /// A time (RFC 3339), in whole milliseconds. A `+` that was not percent-encoded has become a space.
  mutating func time(_ name: String) -> Timestamp? {
    guard let text = single(name) else { return nil }
    return Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text.replacing(" ", with: "+"))
      ?? fault(name, "must be a time like 2026-01-31T09:30:00Z or 2026-01-31T10:30:00+01:00")
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

  /// - Throws: 422 where something that was read is not as it must be, or a name is not known
  func finish() throws(Problem) {
    guard let first = faults.first, let name = first.parameter else { return }
    let detail =
      faults.count == 1
      ? "the parameter \(name) \(first.detail)"
      : "\(faults.count) parameters have to be changed; `errors` names each of them"
    throw Problem(422, detail, faults: faults)
  }

  private mutating func checked(_ value: String, _ name: String) -> String? {
    guard (1...256).contains(value.utf8.count) else { return fault(name, "must have 1 to 256 bytes") }
    guard !value.utf8.contains(0) else { return fault(name, "must not contain U+0000") }
    return value
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
