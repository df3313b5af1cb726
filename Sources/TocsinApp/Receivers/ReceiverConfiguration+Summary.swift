import Support
import TocsinCore
import TocsinJSON
import TocsinNotifiers

extension ReceiverConfiguration {
  /// What counts, line by line, for people. Without secrets and addresses: a target is named by its channel and a number
  /// made from its address.
  package var summary: [String] {
    var lines = receivers.map(line)
    lines += routing.routes.enumerated().map { "route \($0 + 1): \(ReceiverConfiguration.text(of: $1))" }
    if let consoleURL { lines.append("console_url: \(ShownText.url(consoleURL))") }
    if let folder = templates.folder { lines.append("templates: \(ShownText.line(folder))") }
    for (name, path) in templates.files.sorted(by: { $0.key < $1.key }) {
      lines.append("templates.\(name): \(ShownText.line(path))")
    }
    if let retry {
      lines.append(
        "deliveries: tried again after \(DurationText.text(retry.base)) to \(DurationText.text(retry.cap)), given up "
          + "after \(DurationText.text(retry.patience))")
    }
    return lines
  }

  private func line(_ receiver: ReceiverSettings) -> String {
    var parts = receiver.channels.map { channel in
      let targets = ReceiverSettings(name: receiver.name, channels: [channel]).targets.map(\.name.target)
      return targets.joined(separator: ", ") + ReceiverConfiguration.remark(on: channel)
    }
    if let planned = routing.receivers[receiver.name] {
      if !planned.fallbacks.isEmpty {
        let after = planned.fallbackAfter.map { " after \(DurationText.text($0))" } ?? ""
        parts.append("fallback\(after): \(planned.fallbacks.joined(separator: ", "))")
      }
      parts.append("concurrency \(planned.concurrency)")
    }
    if !isReached(receiver.name) { parts.append("no route leads to it") }
    return "receiver \(receiver.name): \(parts.joined(separator: "; "))"
  }

  func isReached(_ name: String) -> Bool {
    routing.routes.contains { $0.receivers.contains(name) }
      || routing.receivers.values.contains { $0.fallbacks.contains(name) }
  }

  private static func remark(on channel: ChannelSettings) -> String {
    switch channel {
    case .email(let mail):
      let count = mail.recipients.count
      let login = mail.password == nil ? "" : ", logs in"
      let recipients = "\(count) recipient\(count == 1 ? "" : "s")"
      let trust = mail.verifiesCertificate || mail.security == .none ? "" : ", any certificate"
      return " (\(mail.host):\(mail.port), \(mail.security.rawValue)\(trust)\(login), \(recipients))"
    case .webhook(let hook):
      return " (\(hook.format.rawValue)\(hook.signingSecrets.isEmpty ? "" : ", signed"))"
    case .slack, .teams, .discord, .telegram, .pagerduty, .opsgenie: return ""
    }
  }

  private static func text(of route: Route) -> String {
    var conditions: [String] = []
    func add(_ key: String, _ values: [String]) {
      if !values.isEmpty { conditions.append("\(key) \(values.joined(separator: ", "))") }
    }
    add("severity", Severity.allCases.filter(route.severities.contains).map(\.rawValue))
    add("alert_type", AlertType.allCases.filter(route.alertTypes.contains).map(\.rawValue))
    add("campaign_id", route.campaigns.map { JSON.string($0.description).text })
    add("tenant", route.tenants.map { JSON.string($0.rawValue).text }.sorted())
    add("metadata", route.metadata.members.map { JSON.string($0.key).text })
    return (conditions.isEmpty ? "everything" : conditions.joined(separator: "; ")) + " → "
      + (route.receivers.isEmpty ? "nobody" : route.receivers.joined(separator: ", "))
      + (route.continues ? ", then the next route" : "")
  }
}
