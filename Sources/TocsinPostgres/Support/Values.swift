import PostgresClient
import TocsinCore
import TocsinJSON

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
  /// Microseconds since the Unix epoch, as PostgreSQL counts. A moment that has no number is one of its infinities.
  var microseconds: Int64 {
    let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1000)
    return overflow ? (milliseconds < 0 ? .min : .max) : product
  }

  /// The moment that many microseconds after the Unix epoch, in whole milliseconds. The infinities are some 292,000
  /// years away.
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
    guard let object = try JSON(parsing: bytes).object else {
      throw ForeignRow("", "it holds no JSON object where one must be")
    }
    self = object
  }
}
