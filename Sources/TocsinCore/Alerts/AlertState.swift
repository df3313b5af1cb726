/// The life of an alert: open, acknowledged, resolved. Resolving ends it; what comes later changes nothing.
package enum AlertState: Sendable, Hashable {
  case open
  case acknowledged
  case resolved

  /// What an action does to an alert in this state, or nil where it changes nothing.
  package func after(_ action: AlertAction) -> AlertState? {
    switch (self, action) {
    case (.open, .acknowledge): .acknowledged
    case (.open, .resolve), (.acknowledged, .resolve): .resolved
    case (.acknowledged, .acknowledge), (.resolved, _): nil
    }
  }
}

/// What people do to an alert.
package enum AlertAction: String, Sendable, Hashable, CaseIterable {
  case acknowledge
  case resolve
}

extension Alert {
  /// Where its life stands.
  package var state: AlertState {
    if resolution != nil { .resolved } else if acknowledgement != nil { .acknowledged } else { .open }
  }
}
