import PostgresClient
import TocsinCore
import TocsinJSON

/// The columns of `delivery_queue` and `deliveries`.
enum DeliveryColumns {
  /// Those of which a ``Delivery`` is read, in the order in which ``read(_:)`` expects them, of a row of that table by
  /// that alias.
  static func list(ofQueued table: String) -> String {
    listed.map { $0 == "finished_at" ? "NULL::timestamptz AS finished_at" : "\(table).\($0)" }.joined(separator: ", ")
  }

  static func list(ofFinal table: String) -> String {
    listed.map {
      switch $0 {
      case "due_at": "NULL::timestamptz AS due_at"
      case "locked_by": "NULL::text AS locked_by"
      default: "\(table).\($0)"
      }
    }.joined(separator: ", ")
  }

  private static let listed =
    planned + [
      "state", "attempts", "created_at", "due_at", "finished_at", "locked_by", "last_error", "history",
    ]

  /// Names of the columns that ``planned(_:from:)`` expects.
  static let planned = ["alert_id", "delivery_id", "cause", "receiver", "target", "channel"]

  /// The columns that a row keeps when it moves from one table to the other.
  static let moved =
    PlannedRows.columns + ", attempts, arrived, created_at, last_error, history"

  /// The same of the table of that alias.
  static func moved(of table: String) -> String {
    moved.split(separator: ", ").map { "\(table).\($0)" }.joined(separator: ", ")
  }

  /// The delivery of a row that begins with ``list(ofQueued:)``.
  /// - Parameter foreign: hears of attempts that are left out of the history
  static func read(_ row: PostgresRow, _ foreign: ForeignRows) throws(ForeignRow) -> Delivery {
    let planned = try planned(row, from: 0)
    do {
      return try delivery(planned, row, foreign)
    } catch {
      throw ForeignRow("delivery \(planned.id)", error)
    }
  }

  private static func delivery(
    _ planned: PlannedDelivery, _ row: PostgresRow, _ foreign: ForeignRows
  ) throws -> Delivery {
    let stateName = try row.text(6)
    guard let state = DeliveryState(rawValue: stateName) else { throw ForeignRow.unknown("state", stateName) }
    func time(_ column: Int) throws -> Timestamp? {
      try row.optionalTimestamptz(column).map { Timestamp(microseconds: $0) }
    }
    return Delivery(
      planned: planned, state: state, attempts: Int(try row.int8(7)),
      createdAt: Timestamp(microseconds: try row.timestamptz(8)), dueAt: try time(9), finishedAt: try time(10),
      lockedBy: try row.optionalText(11), lastError: try row.optionalText(12),
      history: history(of: planned.id, try row.jsonb(13), foreign))
  }

  /// The attempts that can be read. The others tell of the past only: the delivery is none the worse.
  private static func history(
    of id: DeliveryID, _ stored: [UInt8], _ foreign: ForeignRows
  ) -> [Delivery.Attempt] {
    let elements = foreign.readable { () throws(ForeignRow) in
      do {
        guard let elements = try JSON(parsing: stored).array else { throw ForeignRow("", "its history is no list") }
        return elements
      } catch {
        throw ForeignRow("delivery \(id)", error)
      }
    }
    return elements?.compactMap { element in
      foreign.readable { () throws(ForeignRow) in
        guard let attempt = Delivery.Attempt(stored: element) else {
          throw ForeignRow("an attempt of delivery \(id)", "its history holds an attempt of an unknown form")
        }
        return attempt
      }
    } ?? []
  }

  /// What, why, where to and how, from the column of that number on.
  static func planned(_ row: PostgresRow, from column: Int) throws(ForeignRow) -> PlannedDelivery {
    var what = "a delivery"
    do {
      let id = DeliveryID(try row.uuid(column + 1))
      what = "delivery \(id)"
      return try planned(id, row, from: column)
    } catch {
      throw ForeignRow(what, error)
    }
  }

  private static func planned(
    _ id: DeliveryID, _ row: PostgresRow, from column: Int
  ) throws -> PlannedDelivery {
    let causeName = try row.text(column + 2)
    guard let cause = DeliveryCause(rawValue: causeName) else { throw ForeignRow.unknown("cause", causeName) }
    var planned = PlannedDelivery(
      alertID: AlertID(try row.uuid(column)), cause: cause,
      target: TargetName(receiver: try row.text(column + 3), target: try row.text(column + 4)),
      channel: DeliveryChannel(rawValue: try row.text(column + 5)))
    planned.id = id
    return planned
  }
}
