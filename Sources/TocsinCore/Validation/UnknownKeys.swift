package import TocsinJSON

/// Names the keys of objects that nobody knows, each with the known one that it most likely stands for.
///
/// One value serves a whole body: the same key is compared once, and only the first few different ones are, since
/// comparing costs far more than reading.
package struct UnknownKeys: Sendable {
  /// How many unknown keys of one object are named.
  static let named = 20
  /// How many different keys of one body are compared with the known ones.
  private static let compared = 20
  /// How much of a key is repeated, in characters.
  private static let shown = 64

  private var questions: [String: String] = [:]

  /// Knows no key yet.
  package init() {}

  /// What is wrong with a key, as a sentence.
  package mutating func detail(_ key: String, among known: [String]) -> String {
    let name = key.count > UnknownKeys.shown ? key.prefix(UnknownKeys.shown) + "…" : key[...]
    let clause = clause(key, among: known)
    return "\(name) \(clause)\(clause.hasSuffix("?") ? "" : ".")"
  }

  /// The same without the key itself.
  package mutating func clause(_ key: String, among known: [String]) -> String {
    if known.isEmpty { return "is not known: there are none here" }
    let question = question(key, among: known)
    return "is not known" + (question.isEmpty ? "; known are \(known.joined(separator: ", "))" : question)
  }

  private mutating func question(_ key: String, among known: [String]) -> String {
    if let question = questions[key] { return question }
    guard questions.count < UnknownKeys.compared else { return "" }
    let question = NearestName.question(key, among: known)
    questions[key] = question
    return question
  }

  /// What is wrong with the keys of an object that are not known.
  /// - Parameter pointer: where the object stands in the whole body (RFC 6901)
  package static func errors(
    in object: JSONObject, known: [String], pointer: String = ""
  ) -> [ValidationError.FieldError] {
    var unknown = UnknownKeys()
    var fields = FieldErrors(pointer: pointer)
    for member in object.members where !known.contains(member.key) {
      fields.refuse(key: member.key, known: known, &unknown)
    }
    fields.sumUpKeys()
    return fields.errors
  }
}

extension FieldErrors {
  /// Says that a key of the object is not known.
  @inline(never)
  mutating func refuse(key: String, known: [String], _ unknown: inout UnknownKeys) {
    unknownKeys += 1
    guard unknownKeys <= UnknownKeys.named else { return }
    add(key: key, unknown.detail(key, among: known))
  }

  /// Must come last: says how many more unknown keys there are than were named.
  mutating func sumUpKeys() {
    let more = unknownKeys - UnknownKeys.named
    if more > 0 { add("", "\(more) more \(more == 1 ? "name is" : "names are") not known.") }
  }
}

extension String {
  /// The key as a part of a JSON pointer (RFC 6901, section 3).
  var pointerToken: String {
    guard utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return self }
    return replacing("~", with: "~0").replacing("/", with: "~1")
  }
}
