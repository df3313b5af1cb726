import TocsinCore
import TocsinJSON

/// Pieces of JSON Schema (2020-12, as OpenAPI 3.1 uses it).
enum Schemas {
  static let text: JSON = ["type": "string"]
  static let texts: JSON = ["type": "array", "items": ["type": "string"]]
  static let flag: JSON = ["type": "boolean"]
  static let yes: JSON = ["type": "boolean", "const": true]
  static let number: JSON = ["type": "number"]
  static let count: JSON = ["type": "integer", "minimum": 0]
  static let time: JSON = ["type": "string", "format": "date-time"]
  static let uuid: JSON = ["type": "string", "format": "uuid"]
  static let userID = string(1...256, "Who it is; at most 256 bytes.")
  /// Everything but U+0000, which PostgreSQL cannot store.
  static let noNUL: JSON = "^[^\\u0000]*$"

  static func reference(_ name: String) -> JSON {
    ["$ref": .string("#/components/schemas/" + name)]
  }

  static func list(_ name: String) -> JSON {
    ["type": "array", "items": reference(name)]
  }

  /// A string of so many bytes; the schema language counts characters.
  static func string(_ lengths: ClosedRange<Int>, _ description: String) -> JSON {
    [
      "type": "string", "minLength": .integer(Int64(lengths.lowerBound)),
      "maxLength": .integer(Int64(lengths.upperBound)), "pattern": noNUL, "description": .string(description),
    ]
  }

  static func integer(_ range: ClosedRange<Int>, default standard: Int) -> JSON {
    [
      "type": "integer", "minimum": .integer(Int64(range.lowerBound)), "maximum": .integer(Int64(range.upperBound)),
      "default": .integer(Int64(standard)),
    ]
  }

  /// A whole number without a default.
  static func integer(_ range: ClosedRange<Int>) -> JSON {
    [
      "type": "integer", "minimum": .integer(Int64(range.lowerBound)), "maximum": .integer(Int64(range.upperBound)),
    ]
  }

  /// One of the names of these values.
  static func names<Value: RawRepresentable<String>>(_ values: [Value]) -> JSON {
    ["type": "string", "enum": .array(values.map { .string($0.rawValue) })]
  }

  static func names<Value: RawRepresentable & CaseIterable>(_ type: Value.Type) -> JSON where Value.RawValue == String {
    ["type": "string", "enum": .array(Value.allCases.map { .string($0.rawValue) })]
  }

  static func nullable(_ schema: JSON) -> JSON {
    ["anyOf": [schema, ["type": "null"]]]
  }

  /// An object with these members, and perhaps others of a newer release.
  static func object(_ required: JSONObject = [:], optional: JSONObject = [:]) -> JSON {
    var properties = required
    for member in optional.members { properties[member.key] = member.value }
    var schema: JSONObject = ["type": "object", "properties": .object(properties)]
    if !required.isEmpty { schema["required"] = .array(required.members.map { .string($0.key) }) }
    return .object(schema)
  }

  /// The same for a body that clients send: it has no further members.
  static func input(_ required: JSONObject = [:], optional: JSONObject = [:]) -> JSON {
    var schema = object(required, optional: optional).object ?? [:]
    schema["additionalProperties"] = false
    return .object(schema)
  }

  /// An object of whatever members. (A schema that refers to itself is beyond some generators of clients.)
  static func anything(_ description: String) -> JSON {
    ["type": "object", "description": .string(description), "additionalProperties": true]
  }

  /// A page of alerts, with further members.
  static func page(_ further: JSONObject = [:]) -> JSON {
    var members: JSONObject = ["alerts": list("Alert"), "count": count]
    for member in further.members { members[member.key] = member.value }
    return object(members, optional: ["next_cursor": ["type": "string", "pattern": "^[A-Za-z0-9._~-]+$"]])
  }

  /// The body of a short form of the check.
  static func shorthand(_ shorthand: CheckShorthand) -> JSON {
    var members = Schemas.campaign
    members[shorthand.metricName] = number
    return input(members, optional: Schemas.checkExtras)
  }
}
