/// Sends alerts through channels. A channel answers what came of one attempt; it never waits, never retries.
package protocol Notifier: Sendable {
  /// Makes one attempt.
  ///
  /// - Parameters:
  ///   - notification: what to send; its delivery's id goes with every attempt, so that the other side can tell a
  ///     repetition
  ///   - timeout: after which the attempt has to have ended, whatever the other side does
  /// - Returns: what came of it; a target that this notifier does not know is ``DeliveryOutcome/retryable(_:after:)``:
  ///   another node may know it
  func send(_ notification: Notification, timeout: Duration) async -> DeliveryOutcome

  /// Really sends a sample alert, signed and rendered like a real one, to every target of the receiver of that name;
  /// where there is none, to all targets of the channel of that name.
  /// - Returns: what came of each; nil where neither is configured
  func test(_ name: String, timeout: Duration) async -> [TargetTest]?

  /// The names of the receivers and channels that ``test(_:timeout:)`` knows, sorted.
  var testable: [String] { get }

  /// The host that the target is on, for people; nil where the target is not known. Never a whole URL, which may be a
  /// secret.
  func host(of target: TargetName) -> String?
}

extension Notifier {
  /// Knows none.
  package func host(of target: TargetName) -> String? { nil }
}

/// What came of a test.
package struct TargetTest: Sendable, Hashable {
  /// Where the sample went.
  package var target: TargetName
  /// How.
  package var channel: DeliveryChannel
  /// What came of it.
  package var outcome: DeliveryOutcome
  /// How long it took, in milliseconds.
  package var milliseconds: Int

  /// A test of these parts.
  package init(target: TargetName, channel: DeliveryChannel, outcome: DeliveryOutcome, milliseconds: Int) {
    self.target = target
    self.channel = channel
    self.outcome = outcome
    self.milliseconds = milliseconds
  }
}

/// What is to be sent, and where to.
package struct Notification: Sendable, Hashable {
  /// Why, where to, how.
  package var delivery: PlannedDelivery
  /// The alert as it is now.
  package var alert: Alert
  /// Whose it is.
  package var tenant: Tenant
  /// The number of this attempt; the first one has 1.
  package var attempt: Int
  /// Who needs no further attempt, from the attempts before.
  package var progress: DeliveryProgress

  /// A notification of these parts.
  package init(
    delivery: PlannedDelivery, alert: Alert, tenant: Tenant, attempt: Int,
    progress: DeliveryProgress = DeliveryProgress()
  ) {
    self.delivery = delivery
    self.alert = alert
    self.tenant = tenant
    self.attempt = attempt
    self.progress = progress
  }
}
