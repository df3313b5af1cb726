import CurlClient
import TocsinCore

/// A target with all that sending to it takes.
struct LiveTarget: Sendable {
  let name: TargetName
  let channel: DeliveryChannel
  /// Where it is, for people.
  let host: String
  let options: TargetOptions
  let adapter: any ChannelAdapter
  let templates: TemplateSet

  /// What is sent: the adapter's request within these limits.
  func request(for notice: Notice, timeout: Duration) -> OutgoingMessage {
    let limit = min(timeout, options.timeout)
    switch adapter.request(for: notice, templates: templates) {
    case .http(var transfer):
      transfer.timeout = limit
      transfer.connectTimeout = min(transfer.connectTimeout, limit)
      transfer.deniesPrivateAddresses = options.deniesPrivateAddresses
      // Nobody reads a long answer; its status has come by then.
      transfer.maximumResponseBytes = 64 << 10
      return .http(transfer)
    case .mails(let transfers):
      return .mails(
        transfers.map { transfer in
          var transfer = transfer
          transfer.timeout = limit
          transfer.deniesPrivateAddresses = options.deniesPrivateAddresses
          return transfer
        })
    }
  }
}

/// All targets of a configuration: an immutable snapshot.
struct TargetDirectory: Sendable {
  private(set) var targets: [TargetName: LiveTarget] = [:]
  /// Each receiver's targets, in the order of the configuration.
  private(set) var receivers: [String: [TargetName]] = [:]
  let options: NotifierOptions
  let problems: TemplateProblems

  /// Reads the template files, and makes the targets.
  init(_ receivers: [ReceiverSettings], _ options: NotifierOptions, problems: TemplateProblems) {
    self.options = options
    self.problems = problems
    var reader = TemplateReader(problems)
    for receiver in receivers {
      for channel in receiver.channels {
        let templates = reader.templates(channel, [channel.options.templates, options.templates])
        for ((target, host), adapter) in zip(zip(channel.targets(of: receiver.name), channel.hosts), channel.adapters) {
          guard targets[target.name] == nil else { continue }
          targets[target.name] = LiveTarget(
            name: target.name, channel: target.channel, host: host, options: channel.options, adapter: adapter,
            templates: templates)
          self.receivers[receiver.name, default: []].append(target.name)
        }
      }
    }
  }

  /// The names of receivers, and of channels that have targets.
  var testable: [String] {
    Set(receivers.keys).union(targets.values.map(\.channel.rawValue)).sorted()
  }

  /// The targets of the receiver of that name, or where there is none, of the channel; nil where there is neither.
  func targets(named name: String) -> [LiveTarget]? {
    if let names = receivers[name] { return names.compactMap { targets[$0] } }
    let ofChannel = targets.values.filter { $0.channel.rawValue == name }.sorted { $0.name < $1.name }
    return ofChannel.isEmpty ? nil : ofChannel
  }
}

extension ChannelSettings {
  /// One for each target, in the order of ``targets(of:)``.
  var adapters: [any ChannelAdapter] {
    switch self {
    case .email(let settings): [EmailAdapter(settings: settings)]
    case .slack(let settings): [SlackAdapter(settings: settings)]
    case .webhook(let settings): settings.urls.map { WebhookAdapter(url: $0, settings: settings) }
    case .teams(let settings): [TeamsAdapter(settings: settings)]
    case .discord(let settings): [DiscordAdapter(settings: settings)]
    case .telegram(let settings): [TelegramAdapter(settings: settings)]
    case .pagerduty(let settings): [PagerDutyAdapter(settings: settings)]
    case .opsgenie(let settings): [OpsgenieAdapter(settings: settings)]
    }
  }
}
