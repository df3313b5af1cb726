/// A way to reach people: `email`, `slack`, `webhook` … It is the key of `notification_status`.
public struct DeliveryChannel: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The name, lower case.
  public let rawValue: String

  /// The channel of that name; whether anything can send there is the notifier's to know.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  public static let email = DeliveryChannel(rawValue: "email")
  public static let slack = DeliveryChannel(rawValue: "slack")
  public static let webhook = DeliveryChannel(rawValue: "webhook")
  public static let teams = DeliveryChannel(rawValue: "teams")
  public static let discord = DeliveryChannel(rawValue: "discord")
  public static let telegram = DeliveryChannel(rawValue: "telegram")
  public static let pagerduty = DeliveryChannel(rawValue: "pagerduty")
  public static let opsgenie = DeliveryChannel(rawValue: "opsgenie")

  public static func < (left: DeliveryChannel, right: DeliveryChannel) -> Bool { left.rawValue < right.rawValue }

  public var description: String { rawValue }
}
