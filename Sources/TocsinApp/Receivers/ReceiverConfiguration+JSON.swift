import TocsinCore
package import TocsinJSON
import TocsinNotifiers

extension ReceiverConfiguration {
  /// The same as ``summary`` for programs: `receivers` with their channels and targets, `routes` in order, and where they
  /// are set `console_url`, `templates`, `deliveries`. No secrets and no addresses.
  package var summaryJSON: JSONObject {
    var object: JSONObject = [
      "receivers": .array(receivers.map { .object(json(of: $0)) }),
      "routes": .array(routing.routes.map { .object(ReceiverConfiguration.json(of: $0)) }),
    ]
    if let consoleURL { object["console_url"] = .string(ShownText.url(consoleURL)) }
    var sources: JSONObject = [:]
    if let folder = templates.folder { sources["folder"] = .string(ShownText.line(folder)) }
    for (name, path) in templates.files.sorted(by: { $0.key < $1.key }) {
      sources["\(name)"] = .string(ShownText.line(path))
    }
    if !sources.members.isEmpty { object["templates"] = .object(sources) }
    if let retry {
      object["deliveries"] = [
        "retry_base_seconds": .number(retry.base.inSeconds), "retry_cap_seconds": .number(retry.cap.inSeconds),
        "give_up_after_hours": .number(retry.patience.inSeconds / 3600),
      ]
    }
    return object
  }

  private func json(of receiver: ReceiverSettings) -> JSONObject {
    var object: JSONObject = [
      "name": .string(receiver.name),
      "channels": .array(
        receiver.channels.map { channel in
          let targets = ReceiverSettings(name: receiver.name, channels: [channel]).targets
          var members = ReceiverConfiguration.details(of: channel)
          members["targets"] = .array(targets.map { .string($0.name.target) })
          return .object(members)
        }),
    ]
    if let planned = routing.receivers[receiver.name] {
      object["fallbacks"] = .array(planned.fallbacks.map(JSON.string))
      if let after = planned.fallbackAfter { object["fallback_after_seconds"] = .number(after.inSeconds) }
      object["concurrency"] = .integer(Int64(planned.concurrency))
    }
    object["is_reached"] = .bool(isReached(receiver.name))
    return object
  }

  private static func details(of channel: ChannelSettings) -> JSONObject {
    var object: JSONObject = ["channel": .string(channel.channel.rawValue)]
    switch channel {
    case .email(let mail):
      object["host"] = .string(ShownText.line(mail.host))
      object["port"] = .integer(Int64(mail.port))
      object["security"] = .string(mail.security.rawValue)
      object["verifies_certificate"] = .bool(mail.verifiesCertificate)
      object["logs_in"] = .bool(mail.password != nil)
      object["recipients"] = .integer(Int64(mail.recipients.count))
    case .webhook(let hook):
      object["format"] = .string(hook.format.rawValue)
      object["signed"] = .bool(!hook.signingSecrets.isEmpty)
    case .slack, .teams, .discord, .telegram, .pagerduty, .opsgenie: break
    }
    return object
  }

  private static func json(of route: Route) -> JSONObject {
    var conditions: JSONObject = [:]
    func add(_ key: String, _ values: [String]) {
      if !values.isEmpty { conditions[key] = .array(values.map(JSON.string)) }
    }
    add("severity", Severity.allCases.filter(route.severities.contains).map(\.rawValue))
    add("alert_type", AlertType.allCases.filter(route.alertTypes.contains).map(\.rawValue))
    add("campaign_id", route.campaigns.map(\.description))
    add("tenant", route.tenants.map(\.rawValue).sorted())
    // Of metadata the keys only, as in the text: values are nobody's business.
    add("metadata", route.metadata.members.map(\.key))
    return [
      "conditions": .object(conditions), "receivers": .array(route.receivers.map(JSON.string)),
      "continues": .bool(route.continues),
    ]
  }
}

extension Duration {
  /// The same in seconds.
  fileprivate var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}
