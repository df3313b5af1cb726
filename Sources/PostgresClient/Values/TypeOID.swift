/// PostgreSQL's number of a type (`pg_type.oid`; those below 10,000 never change).
struct TypeOID: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt32

  static let bool = Self(rawValue: 16)
  static let name = Self(rawValue: 19)
  static let int8 = Self(rawValue: 20)
  static let int2 = Self(rawValue: 21)
  static let int4 = Self(rawValue: 23)
  static let text = Self(rawValue: 25)
  static let oid = Self(rawValue: 26)
  static let json = Self(rawValue: 114)
  static let float4 = Self(rawValue: 700)
  static let float8 = Self(rawValue: 701)
  static let unknown = Self(rawValue: 705)
  static let bpchar = Self(rawValue: 1042)
  static let varchar = Self(rawValue: 1043)
  static let timestamp = Self(rawValue: 1114)
  static let timestamptz = Self(rawValue: 1184)
  static let uuid = Self(rawValue: 2950)
  static let jsonb = Self(rawValue: 3802)

  static let boolArray = Self(rawValue: 1000)
  static let textArray = Self(rawValue: 1009)
  static let varcharArray = Self(rawValue: 1015)
  static let int8Array = Self(rawValue: 1016)
  static let float8Array = Self(rawValue: 1022)
  static let timestamptzArray = Self(rawValue: 1185)
  static let uuidArray = Self(rawValue: 2951)
  static let jsonbArray = Self(rawValue: 3807)

  /// Whether a value of the type is its UTF-8 text in binary format too. Types of the user (16,384 and
  /// up) are taken for enums, which are.
  var isTextual: Bool {
    switch self {
    case .text, .varchar, .bpchar, .name, .json, .unknown: true
    default: rawValue >= 16384
    }
  }

  /// Microseconds between the Unix epoch and PostgreSQL's (2000-01-01).
  static let epochOffset: Int64 = 946_684_800_000_000
}
