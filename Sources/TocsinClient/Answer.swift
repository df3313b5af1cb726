package import TocsinCore
package import TocsinJSON

/// What a server answered: read into values, and as it was sent.
package struct Answer<Value: Sendable>: Sendable {
  /// The answer read into values.
  package var value: Value
  /// The answer as it was sent, with whatever a newer server added.
  package var json: JSON

  /// An answer of these parts.
  package init(value: Value, json: JSON) {
    self.value = value
    self.json = json
  }
}

/// What a check did.
package struct CheckOutcome: Sendable, Hashable {
  /// The alerts that it raised.
  package var alerts: [Alert]
  /// False while the alerts have yet to be written to PostgreSQL.
  package var persisted: Bool
  /// The rules that matched and were held back.
  package var suppressed: [Suppression] = []
}

/// One page of a list of alerts, newest first.
package struct AlertPage: Sendable, Hashable {
  /// The page's alerts.
  package var alerts: [Alert]
  /// Where the next page begins; nil on the last one.
  package var nextCursor: String?
}
