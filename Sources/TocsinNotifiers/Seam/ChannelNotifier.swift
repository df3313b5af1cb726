package import CurlClient
package import Logging
import Support
import Synchronization
package import TocsinCore

/// Sends alerts through the channels of a configuration.
///
/// The configuration is a snapshot: ``replace(_:options:)`` puts another one in its place, and an attempt that is under way
/// ends with the one that it began with.
package final class ChannelNotifier: Notifier {
  private let client: CurlClient
  private let logger: Logger
  private let clock: @Sendable () -> Timestamp
  private let directory: Mutex<TargetDirectory>

  /// A notifier for these receivers. It reads their template files at once, which takes as long as the disk does.
  /// - Parameters:
  ///   - client: what sends; whoever made it runs it
  ///   - clock: the time that stands in mails and in signatures
  package init(
    client: CurlClient, receivers: [ReceiverSettings] = [], options: NotifierOptions = NotifierOptions(),
    logger: Logger, clock: @escaping @Sendable () -> Timestamp = ChannelNotifier.systemTime
  ) {
    self.client = client
    self.logger = logger
    self.clock = clock
    directory = Mutex(TargetDirectory(receivers, options, problems: TemplateProblems(logger: logger)))
  }

  /// Takes up another configuration as a whole: receivers, links, and the template files as they are now.
  /// - Parameter options: nil for those that hold already
  package func replace(_ receivers: [ReceiverSettings], options: NotifierOptions? = nil) {
    let (known, present) = directory.withLock { ($0.problems.all, $0.options) }
    let next = TargetDirectory(receivers, options ?? present, problems: TemplateProblems(logger: logger, known: known))
    directory.withLock { $0 = next }
  }

  /// The template files that are not used, and why: of the present configuration only.
  package var templateProblems: [TemplateProblem] { directory.withLock { $0 }.problems.all }

  /// The template files of a configuration that cannot be used, and why. Reads them all.
  package static func templateProblems(
    of receivers: [ReceiverSettings], options: NotifierOptions
  ) -> [TemplateProblem] {
    TargetDirectory(receivers, options, problems: TemplateProblems()).problems.all
  }

  /// The names of the receivers and channels that ``test(_:timeout:)`` knows, sorted.
  package var testable: [String] { directory.withLock { $0 }.testable }

  /// The host that the target is on, or nil where the present configuration does not have it.
  package func host(of target: TargetName) -> String? {
    directory.withLock { $0 }.targets[target].flatMap { $0.host.isEmpty ? nil : $0.host }
  }

  package func send(_ notification: TocsinCore.Notification, timeout: Duration) async -> DeliveryOutcome {
    let directory = directory.withLock { $0 }
    guard let target = directory.targets[notification.delivery.target] else {
      return .retryable(DeliveryFailure("this node's configuration does not have the target"))
    }
    return await send(notification, to: target, directory, timeout: timeout)
  }

  /// Really sends a sample alert; what opened an incident closes it again.
  package func test(_ name: String, timeout: Duration) async -> [TargetTest]? {
    let directory = directory.withLock { $0 }
    guard let targets = directory.targets(named: name) else { return nil }
    let alert = SampleAlert.make(at: clock())
    return await withTaskGroup(of: (Int, TargetTest).self) { group in
      for (index, target) in targets.enumerated() {
        group.addTask { (index, await self.test(target, alert, directory, timeout: timeout)) }
      }
      var tests: [(Int, TargetTest)] = []
      for await test in group { tests.append(test) }
      return tests.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private func test(
    _ target: LiveTarget, _ alert: Alert, _ directory: TargetDirectory, timeout: Duration
  ) async -> TargetTest {
    let start = ContinuousClock.now
    func attempt(_ cause: DeliveryCause) async -> DeliveryOutcome {
      let delivery = PlannedDelivery(alertID: alert.alertID, cause: cause, target: target.name, channel: target.channel)
      let sample = cause == .resolved ? SampleAlert.resolved(alert, at: clock()) : alert
      let notification = TocsinCore.Notification(delivery: delivery, alert: sample, tenant: .standard, attempt: 1)
      return await send(notification, to: target, directory, timeout: timeout)
    }
    var outcome = await attempt(.fired)
    if case .delivered = outcome, [.pagerduty, .opsgenie].contains(target.channel),
      var failure = await attempt(.resolved).failure
    {
      failure.reason = "the sample opened an incident that could not be closed: \(failure.reason)"
      outcome = .retryable(failure)
    }
    let time = ContinuousClock.now - start
    return TargetTest(
      target: target.name, channel: target.channel, outcome: outcome,
      milliseconds: Int(clamping: time.milliseconds))
  }

  private func send(
    _ notification: TocsinCore.Notification, to target: LiveTarget, _ directory: TargetDirectory, timeout: Duration
  ) async -> DeliveryOutcome {
    let notice = Notice(notification, consoleURL: directory.options.consoleURL, now: clock())
    switch target.request(for: notice, timeout: timeout) {
    case .http(let transfer): return target.adapter.outcome(of: await send(transfer), now: clock())
    case .mails(let transfers):
      let replies = await send(transfers)
      var refused: [RefusedRecipient] = []
      for case .mail(let response) in replies { refused += response.refusedRecipients }
      report(refused.filter { MailRefusal.isForGood($0.reply, ofRecipient: true) }, target.name)
      return target.adapter.outcome(of: replies, to: transfers, for: notice)
    }
  }

  private func send(_ transfer: HTTPTransfer) async -> Reply {
    do {
      return .response(try await client.send(transfer))
    } catch {
      return Reply(error)
    }
  }

  /// Sends one mail after the other; all together may take as long as one.
  private func send(_ transfers: [MailTransfer]) async -> [Reply] {
    let start = ContinuousClock.now
    var replies: [Reply] = []
    for var transfer in transfers {
      transfer.timeout -= replies.isEmpty ? .zero : ContinuousClock.now - start
      guard transfer.timeout > .zero else {
        replies.append(.failed(CurlError(.timedOut, "an earlier mail took all the time")))
        continue
      }
      do {
        replies.append(.mail(try await client.send(transfer)))
      } catch {
        replies.append(Reply(error))
      }
    }
    return replies
  }

  /// The mail is on its way to the others, so it is not sent again; somebody has to see that one address is wrong.
  private func report(_ refused: [RefusedRecipient], _ target: TargetName) {
    guard !refused.isEmpty else { return }
    let replies = refused.map { MailRefusal.code($0.reply) }.joined(separator: ", ")
    logger.warning(
      "a mail server refused some recipients, the others get the mail",
      metadata: ["target": "\(target)", "refused": .stringConvertible(refused.count), "replies": "\(replies)"])
  }

  /// The system's time.
  package static func systemTime() -> Timestamp { Timestamp(milliseconds: WallClock.milliseconds) }
}
