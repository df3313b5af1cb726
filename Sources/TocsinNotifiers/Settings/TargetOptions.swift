package import TocsinCore

/// What every channel can be told.
package struct TargetOptions: Sendable, Hashable {
  /// Whether an acknowledgement is sent, too.
  package var sendAcknowledged: Bool
  /// Whether a resolution is sent, too.
  package var sendResolved: Bool
  /// Whether only addresses of the public Internet are connected to.
  package var deniesPrivateAddresses: Bool
  /// The longest time for one attempt; the caller's own limit may be shorter.
  package var timeout: Duration
  /// Templates that go before the installation's.
  package var templates: TemplateSources

  /// Options; without arguments: only firing is sent, within 15 s.
  package init(
    sendAcknowledged: Bool = false, sendResolved: Bool = false, deniesPrivateAddresses: Bool = false,
    timeout: Duration = .seconds(15), templates: TemplateSources = TemplateSources()
  ) {
    self.sendAcknowledged = sendAcknowledged
    self.sendResolved = sendResolved
    self.deniesPrivateAddresses = deniesPrivateAddresses
    self.timeout = timeout
    self.templates = templates
  }

  /// For channels that keep an incident open until they hear of its end.
  package static let incidents = TargetOptions(sendAcknowledged: true, sendResolved: true)

  /// What the target is told.
  package var causes: Set<DeliveryCause.Kind> {
    var causes: Set<DeliveryCause.Kind> = [.fired]
    if sendAcknowledged { causes.insert(.acknowledged) }
    if sendResolved { causes.insert(.resolved) }
    return causes
  }
}
