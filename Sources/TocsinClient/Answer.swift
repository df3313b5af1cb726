public import TocsinCore

/// What a server answered: read into values, and as it was sent.
public struct Answer<Value: Sendable>: Sendable {
  /// The answer read into values.
  public var value: Value
  /// The answer as it was sent, with whatever a newer server added.
  public var json: JSON

  /// An answer of these parts.
  public init(value: Value, json: JSON) {
    self.value = value
    self.json = json
  }
}

/// What a check did.
public struct CheckOutcome: Sendable, Hashable {
  /// The alerts that it raised.
  public var alerts: [Alert]
  /// False while the alerts have yet to be written to PostgreSQL.
  public var persisted: Bool
}

/// One page of a list of alerts, newest first.
public struct AlertPage: Sendable, Hashable {
  /// The page's alerts.
  public var alerts: [Alert]
  /// Where the next page begins; nil on the last one.
  public var nextCursor: String?
}
