import PostgresClient
import TocsinCore

extension AlertID {
  /// The id in a column or parameter.
  var uuid: PostgresUUID { PostgresUUID(high: high, low: low) }

  /// The id that a column holds.
  init(_ uuid: PostgresUUID) { self.init(high: uuid.high, low: uuid.low) }

  /// Less than every id, or equal.
  static let lowest = AlertID(high: 0, low: 0)

  /// Greater than every id of an alert.
  static let highest = AlertID(high: .max, low: .max)
}

extension Timestamp {
  /// Microseconds since the Unix epoch, as PostgreSQL counts.
  var microseconds: Int64 { milliseconds * 1000 }

  /// The moment that many microseconds after the Unix epoch, in whole milliseconds.
  init(microseconds: Int64) { self.init(milliseconds: microseconds / 1000) }
}

extension JSON {
  /// The document as UTF-8 text.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }
}

extension JSONObject {
  /// The object that a column holds.
  init(stored bytes: [UInt8]) throws {
    guard let object = try JSON(parsing: bytes).object else { throw StoreError.unreadable("a JSON object") }
    self = object
  }
}
