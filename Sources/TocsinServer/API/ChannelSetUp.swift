/// How a channel is set up, for people who test one that is not. The raw value is the channel's name, and that of its
/// section in the configuration file.
enum ChannelSetUp: String, CaseIterable {
  case email
  case slack
  case webhook
  case teams
  case discord
  case telegram
  case pagerduty
  case opsgenie

  /// The channel of that name, or nil where there is none.
  init?(channel name: String) {
    self.init(rawValue: name)
  }

  /// What is missing, as a sentence.
  var message: String {
    let section = "give a receiver of the configuration file a section `\(rawValue)`"
    guard let variables else { return "\(rawValue) is not configured: \(section)" }
    return "\(rawValue) is not configured: set \(variables), or \(section)"
  }

  /// The variables that switch it on, where there are any.
  private var variables: String? {
    switch self {
    case .email:
      """
      ALERT_EMAIL_ENABLED=true with ALERT_EMAIL_SMTP_HOST, ALERT_EMAIL_SENDER and ALERT_EMAIL_RECIPIENTS
      """
    case .slack: "ALERT_SLACK_ENABLED=true with ALERT_SLACK_WEBHOOK_URL"
    case .webhook: "ALERT_WEBHOOK_ENABLED=true with ALERT_WEBHOOK_URLS"
    case .teams, .discord, .telegram, .pagerduty, .opsgenie: nil
    }
  }
}
