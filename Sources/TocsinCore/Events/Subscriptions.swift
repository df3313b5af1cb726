/// What one client has subscribed to.
///
/// A client that never subscribed gets everything. One that did gets what any of its subscriptions asks for, and
/// after the last one has ended nothing. Subscriptions that differ only in their campaigns are one with all of them.
public struct Subscriptions: Sendable, Hashable {
  /// What became of a request.
  public enum Outcome: Sendable, Hashable {
    /// It is as was asked for.
    case done
    /// An `unsubscribe` fitted no subscription; nothing changed.
    case unknown
    /// There would be more than ``Subscriptions/maximumFilters`` or ``Subscriptions/maximumCampaigns``; nothing changed.
    case tooMany
  }

  /// How many subscriptions a client may have.
  public static let maximumFilters = 64
  /// How many campaigns they may name in all.
  public static let maximumCampaigns = 4096

  /// The subscriptions; nil before the first.
  public private(set) var filters: [EventFilter]?
  /// Whether the client also wants ``EventEnvelope/Kind-swift.enum/updated`` events.
  public private(set) var updates = false

  /// Those of a client that never subscribed.
  public init() {}

  /// Whether the client gets that event.
  public func matches(_ envelope: EventEnvelope) -> Bool {
    if envelope.kind == .updated, !updates { return false }
    guard let filters else { return true }
    for filter in filters where filter.matches(envelope) { return true }
    return false
  }

  /// Adds a subscription; one that asks for nothing new changes nothing.
  /// - Parameter updates: what the request says of updates, or nil. A request that names no field but this one only
  ///   switches updates on or off: it neither widens nor narrows what the client gets
  public mutating func subscribe(_ filter: EventFilter, updates: Bool? = nil) -> Outcome {
    if filter.isOpen, let updates {
      self.updates = updates
      return .done
    }
    var filters = filters ?? []
    if let index = filters.firstIndex(where: { $0.differsOnlyInCampaigns(from: filter) }) {
      filters[index].campaignIDs?.formUnion(filter.campaignIDs ?? [])
    } else if !filters.contains(filter) {
      filters.append(filter)
    }
    let campaigns = filters.reduce(0) { $0 + ($1.campaignIDs?.count ?? 0) }
    guard filters.count <= Subscriptions.maximumFilters, campaigns <= Subscriptions.maximumCampaigns else {
      return .tooMany
    }
    self.filters = filters
    if let updates { self.updates = updates }
    return .done
  }

  /// Ends subscriptions:
  /// - without any field all of them;
  /// - with campaigns only: these campaigns are taken out of every subscription that names campaigns;
  /// - with campaigns and other fields: they are taken out of the subscription with the same other fields;
  /// - else the subscription that equals it.
  ///
  /// A subscription whose last campaign was taken out has ended. What was never subscribed to cannot be ended: a
  /// client that gets everything cannot leave single campaigns out.
  public mutating func unsubscribe(_ filter: EventFilter) -> Outcome {
    if filter.isOpen {
      filters = []
      return .done
    }
    guard let before = filters else { return .unknown }
    let after: [EventFilter] =
      if let campaigns = filter.campaignIDs {
        before.compactMap { $0.without(campaigns, of: filter) }
      } else {
        before.filter { $0 != filter }
      }
    filters = after
    return after == before ? .unknown : .done
  }
}

extension EventFilter {
  /// Whether both name campaigns and agree in everything else.
  fileprivate func differsOnlyInCampaigns(from other: EventFilter) -> Bool {
    campaignIDs != nil && other.campaignIDs != nil && severities == other.severities && alertTypes == other.alertTypes
  }

  /// What is left of it without these campaigns, or nil where nothing is.
  fileprivate func without(_ campaigns: Set<String>, of request: EventFilter) -> EventFilter? {
    let namesOnlyCampaigns = request.severities == nil && request.alertTypes == nil
    guard let own = campaignIDs, namesOnlyCampaigns || differsOnlyInCampaigns(from: request) else { return self }
    var rest = self
    rest.campaignIDs = own.subtracting(campaigns)
    return rest.campaignIDs?.isEmpty == true ? nil : rest
  }
}
