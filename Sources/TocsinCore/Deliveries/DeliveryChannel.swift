/// A way to reach people: `email`, `slack`, `webhook` … It is the key of `notification_status`.
package struct DeliveryChannel: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The name, lower case.
  package let rawValue: String

  /// The channel of that name; whether anything can send there is the notifier's to know.
  package init(rawValue: String) {
    self.rawValue = rawValue
  }

  package static let email = DeliveryChannel(rawValue: "email")
  package static let slack = DeliveryChannel(rawValue: "slack")
  package static let webhook = DeliveryChannel(rawValue: "webhook")
  package static let teams = DeliveryChannel(rawValue: "teams")
  package static let discord = DeliveryChannel(rawValue: "discord")
  package static let telegram = DeliveryChannel(rawValue: "telegram")
  package static let pagerduty = DeliveryChannel(rawValue: "pagerduty")
  package static let opsgenie = DeliveryChannel(rawValue: "opsgenie")

  package static func < (left: DeliveryChannel, right: DeliveryChannel) -> Bool { left.rawValue < right.rawValue }

  package var description: String { rawValue }
}
