/// What the deliveries of one alert say in its `notification_status`: by channel, absent while one of them is
/// unfinished, then false if one was given up, else true. Cancelled ones say nothing.
package struct ChannelStates: Sendable, Hashable {
  private var standings: [DeliveryChannel: Standing] = [:]

  /// Of several deliveries by one channel the greatest counts.
  private enum Standing: Int, Hashable {
    case delivered, dead, unfinished
  }

  /// No delivery yet.
  package init() {}

  /// Adds a delivery which tells that the alert fired (``DeliveryCause/tellsOfFiring``); how the news of a change
  /// fared is not part of the status.
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

  /// By the channels' names.
  package var status: [String: Bool] {
    var status: [String: Bool] = [:]
    for (channel, standing) in standings where standing != .unfinished {
      status[channel.rawValue] = standing == .delivered
    }
    return status
  }
}
