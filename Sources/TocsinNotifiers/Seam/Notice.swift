import TocsinCore
import TocsinJSON

/// What a channel tells: an alert, why now, and where to look at it. The same words serve every channel.
struct Notice: Sendable {
  /// What is to be sent.
  let notification: TocsinCore.Notification
  /// The alert's page in the console, if there is a console.
  let link: String?
  /// When the attempt is made.
  let now: Timestamp

  init(_ notification: TocsinCore.Notification, consoleURL: String? = nil, now: Timestamp) {
    self.notification = notification
    self.now = now
    link = consoleURL.flatMap { Notice.link(to: notification.alert.alertID, console: $0) }
  }

  var alert: Alert { notification.alert }
  var cause: DeliveryCause.Kind { notification.delivery.cause.kind }

  /// What happened: the word of an event's type.
  var event: String {
    switch cause {
    case .fired, .fallback: "fired"
    case .acknowledged: "acknowledged"
    case .resolved: "resolved"
    }
  }

  /// When that happened.
  var eventTime: Timestamp {
    switch cause {
    case .fired, .fallback: alert.timestamp
    case .acknowledged: alert.acknowledgement?.at ?? alert.timestamp
    case .resolved: alert.resolution?.at ?? alert.timestamp
    }
  }

  /// Who acknowledged or resolved it; empty for nobody named.
  var actor: String {
    switch cause {
    case .fired, .fallback: ""
    case .acknowledged: (alert.acknowledgement?.by ?? "").onOneLine
    case .resolved: (alert.resolution?.by ?? "").onOneLine
    }
  }

  /// The title on one line, with what happened since.
  var headline: String {
    switch cause {
    case .fired, .fallback: alert.title.onOneLine
    case .acknowledged: "Acknowledged: " + alert.title.onOneLine
    case .resolved: "Resolved: " + alert.title.onOneLine
    }
  }

  /// `roas is 1.50x (threshold: < 2.00x)`
  var comparison: String {
    let sign = alert.details["operator"]?.string.map { "\($0.onOneLine) " } ?? ""
    let figures = alert.figuresWithUnit
    return "\(alert.metricName.onOneLine) is \(figures.value) (threshold: \(sign)\(figures.threshold))"
  }

  /// The campaign's name and id, and the ad's if there is one.
  var campaign: String {
    let name = alert.campaignName.onOneLine
    let id = alert.entity.campaignID.onOneLine
    let ad = alert.entity.adID.isEmpty ? "" : ", ad \(alert.entity.adID.onOneLine)"
    return name.isEmpty ? id + ad : "\(name) (\(id)\(ad))"
  }

  /// What everybody wants to see at a glance, as names and values.
  var facts: [(name: String, value: String)] {
    var facts = [
      ("Campaign", campaign), ("Severity", alert.severity.label), ("Type", alert.alertType.label),
      ("Metric", comparison),
      ("Time", alert.timestamp.words),
    ]
    let by = actor.isEmpty ? "" : " by \(actor)"
    switch cause {
    case .fired, .fallback: break
    case .acknowledged: facts.append(("Acknowledged", eventTime.words + by))
    case .resolved: facts.append(("Resolved", eventTime.words + by))
    }
    return facts
  }

  /// The page of an alert: the console's URL with `{alert_id}` filled in, or with `alert_id` as its parameter.
  static func link(to id: AlertID, console: String) -> String? {
    guard console.isWebURL else { return nil }
    if console.contains("{alert_id}") { return console.replacing("{alert_id}", with: id.description) }
    let parts = console.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let fragment = parts.count > 1 ? "#\(parts[1])" : ""
    return "\(parts[0])\(parts[0].contains("?") ? "&" : "?")alert_id=\(id)\(fragment)"
  }
}
