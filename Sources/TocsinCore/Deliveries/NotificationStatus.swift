package import TocsinJSON

/// Which channels an alert has reached: the `notification_status` of the wire form, and the one place where it is decided.
///
/// A channel is true once the alert has reached it, false once that was given up, and absent while it is neither. The
/// channels are those of its deliveries (``Tally``) and the two that every alert takes: `database` (it is stored) and
/// `websocket` (it was pushed to clients).
package struct NotificationStatus: Sendable, Hashable {
  private var states: [String: Bool]

  /// The name of the channel that says that an alert is stored.
  package static let database = "database"
  /// The name of the channel that says that an alert was pushed to clients.
  package static let websocket = "websocket"

  /// No channel yet.
  package static let none = NotificationStatus()
  /// Stored, not pushed yet.
  package static let stored = NotificationStatus([database: true])
  /// Pushed, not stored yet.
  package static let pushed = NotificationStatus([websocket: true])
  /// Stored and pushed.
  package static let announced = NotificationStatus([database: true, websocket: true])

  /// A status of these channels.
  package init(_ states: [String: Bool] = [:]) {
    self.states = states
  }

  /// The channel's state; nil while it is neither reached nor given up.
  package subscript(channel: String) -> Bool? { states[channel] }

  /// Whether no channel has a state.
  package var isEmpty: Bool { states.isEmpty }

  /// Whether the alert is stored.
  package var isStored: Bool { states[NotificationStatus.database] == true }

  /// The channels that have a state, in alphabetical order.
  package var channels: [(name: String, isReached: Bool)] {
    states.sorted { $0.key < $1.key }.map { (name: $0.key, isReached: $0.value) }
  }

  /// Returns this with the channels of another one, which counts where both have a state.
  package func adding(_ other: NotificationStatus) -> NotificationStatus {
    if states.isEmpty { return other }
    if other.states.isEmpty { return self }
    return NotificationStatus(states.merging(other.states) { $1 })
  }

  /// The wire form, channels in alphabetical order.
  package var json: JSONObject {
    var object = JSONObject(minimumCapacity: states.count)
    for (channel, isReached) in states.sorted(by: { $0.key < $1.key }) {
      object.append(uncheckedKey: channel, value: .bool(isReached))
    }
    return object
  }

  /// Reads the wire form. Members that are no truth values are left out.
  package init(reading object: JSONObject) {
    states = [:]
    for member in object.members { states[member.key] = member.value.bool }
  }

  /// How many channels have a state.
  package var count: Int { states.count }
}

extension NotificationStatus: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, Bool)...) {
    self.init(Dictionary(elements) { $1 })
  }
}

extension NotificationStatus {
  /// Counts the deliveries of one alert that tell that it fired (``DeliveryCause/tellsOfFiring``). How the news of a change
  /// fared is not part of the status.
  package struct Tally: Sendable, Hashable {
    private var standings: [DeliveryChannel: Standing] = [:]

    /// Of several deliveries by one channel the greatest counts.
    private enum Standing: Int, Hashable {
      case delivered, dead, unfinished
    }

    /// No delivery yet.
    package init() {}

    /// Adds a delivery. A cancelled one says nothing.
    package mutating func add(_ state: DeliveryState, on channel: DeliveryChannel) {
      let standing: Standing
      switch state {
      case .cancelled: return
      case .delivered: standing = .delivered
      case .dead: standing = .dead
      case .pending, .sending, .retrying: standing = .unfinished
      }
      if let other = standings[channel], other.rawValue > standing.rawValue { return }
      standings[channel] = standing
    }

    /// What the deliveries say: a channel is absent while one of its deliveries is unfinished, then false if one was given
    /// up, else true.
    package var status: NotificationStatus {
      var states: [String: Bool] = [:]
      for (channel, standing) in standings where standing != .unfinished {
        states[channel.rawValue] = standing == .delivered
      }
      return NotificationStatus(states)
    }
  }
}
