/// Why an alert is sent to somebody: what happened, and, for what goes on in steps, the number of the step.
///
/// It is stored as text: the name of its kind, and behind a colon the step, unless that is 0. Another release may know
/// other kinds; their texts are ``init(rawValue:)``'s nil here.
package struct DeliveryCause: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// What happened.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// It fired.
    case fired
    /// Another receiver could not be reached.
    case fallback
    /// Somebody acknowledged it.
    case acknowledged
    /// Somebody resolved it.
    case resolved

    /// The place among the deliveries of one alert to one target: they are sent in this order, one after the other. All
    /// steps of a kind have the same place.
    package var sequence: Int {
      switch self {
      case .fired: 0
      case .fallback: 1
      case .acknowledged: 2
      case .resolved: 3
      }
    }

    /// Whether it is news of the alert itself, and not of what became of it: the first two places.
    package var tellsOfFiring: Bool { sequence <= Kind.fallback.sequence }
  }

  /// What happened.
  package let kind: Kind
  /// Which step of it, 0 to ``highestStep``; 0 where it does not go on in steps.
  package let step: Int

  /// The greatest number of a step.
  package static let highestStep = 9999

  package static let fired = DeliveryCause(.fired)
  package static let fallback = DeliveryCause(.fallback)
  package static let acknowledged = DeliveryCause(.acknowledged)
  package static let resolved = DeliveryCause(.resolved)

  /// A cause of that kind.
  /// - Parameter step: 0 to ``highestStep``
  package init(_ kind: Kind, step: Int = 0) {
    precondition((0...DeliveryCause.highestStep).contains(step))
    self.kind = kind
    self.step = step
  }

  /// What an action causes.
  package init(_ action: AlertAction) {
    switch action {
    case .acknowledge: self = .acknowledged
    case .resolve: self = .resolved
    }
  }

  /// Reads what ``rawValue`` gives; nil for anything else.
  package init?(rawValue: String) {
    let parts = rawValue.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, let kind = Kind(rawValue: String(parts[0])) else { return nil }
    guard parts.count == 2 else {
      self.init(kind)
      return
    }
    guard let step = Int(parts[1]), (1...DeliveryCause.highestStep).contains(step), parts[1] == "\(step)" else {
      return nil
    }
    self.init(kind, step: step)
  }

  /// The text that is stored: `fired`, or with a step `fired:2`.
  package var rawValue: String { step == 0 ? kind.rawValue : "\(kind.rawValue):\(step)" }

  package var description: String { rawValue }

  /// The ``Kind/sequence`` of its kind.
  package var sequence: Int { kind.sequence }

  /// The ``Kind/tellsOfFiring`` of its kind.
  package var tellsOfFiring: Bool { kind.tellsOfFiring }
}
