/// Why an alert is sent to somebody.
package enum DeliveryCause: String, Sendable, Hashable, CaseIterable {
  /// It fired.
  case fired
  /// Another receiver could not be reached.
  case fallback
  /// Somebody acknowledged it.
  case acknowledged
  /// Somebody resolved it.
  case resolved

  /// The place among the deliveries of one alert to one target: they are sent in this order, one after the other.
  package var sequence: Int {
    switch self {
    case .fired: 0
    case .fallback: 1
    case .acknowledged: 2
    case .resolved: 3
    }
  }

  /// Whether it is news of the alert itself, and not of what became of it: the first two places.
  package var tellsOfFiring: Bool { sequence <= DeliveryCause.fallback.sequence }

  /// What an action causes.
  package init(_ action: AlertAction) {
    switch action {
    case .acknowledge: self = .acknowledged
    case .resolve: self = .resolved
    }
  }
}
