import Logging
import NIOCore
import TocsinCore
import TocsinMetrics

/// A client's place in the stream: what it wants, what it was sent, and the way to what it lacks. What carries the bytes
/// is its ``Transport``.
final class Subscriber {
  let hub: LoopHub
  let tenant: Tenant
  let clientID: AlertID
  /// Nil once the connection is gone.
  private(set) var transport: (any Transport)?
  var subscriptions = Subscriptions()
  /// What this connection was sent; nil before `connected`.
  var record: SentRecord?
  /// The way from a place in the past to the live stream.
  var replay: Replay?
  /// The live stream that the client gets.
  var audience: Audience?
  /// The number of the first event that the client may not have been sent. Means something while it has an audience.
  var position: UInt64 = 0
  /// Where it stands among the loop's subscribers, and among its audience's members.
  var slot = 0
  var seat = 0
  var isReplayQueued = false
  var awaitsEvents = false
  /// Since when the socket takes nothing.
  private var stalledSince: NIODeadline?
  private var isCatchingUp = false
  /// What was wrong with the address, to be told after `connected`.
  var complaint: ClientError?

  /// A subscriber that gets nothing yet.
  init(hub: LoopHub, tenant: Tenant, clientID: AlertID) {
    self.hub = hub
    self.tenant = tenant
    self.clientID = clientID
  }

  /// The connection is there: the stream begins as its address asks for.
  func begin(_ query: ConnectionQuery, on transport: any Transport) {
    self.transport = transport
    hub.add(self)
    if hub.isDraining { return close(.draining) }
    guard let newest = hub.tail.newest else { return close(.notReady) }
    complaint = query.error.map { error in
      ClientError(.invalidField, "the filter in the address does not count, every alert is sent: \(error.message)")
    }
    if let filter = query.filter, subscriptions.subscribe(filter, updates: query.updates) == .tooMany {
      complaint = .tooManySubscriptions
    }
    transport.spend(MessageBudget.copyCost(of: subscriptions))
    if let place = query.lastEventID {
      resume(after: place)
    } else {
      welcome(at: newest)
      goLive()
    }
  }

  /// The connection is gone.
  func end(_ reason: CloseReason) {
    guard let transport else { return }
    leaveStream()
    self.transport = nil
    hub.remove(self, of: transport.format)
    hub.metrics(of: transport.format).closed(reason)
    hub.logger.debug("a client is gone", metadata: ["client_id": "\(clientID)", "reason": "\(reason.rawValue)"])
  }

  /// Closes the connection for that reason.
  func close(_ reason: CloseReason) {
    transport?.close(reason)
  }

  /// The socket takes more now, or nothing more.
  func writabilityChanged() {
    guard isWritable else {
      stalledSince = stalledSince ?? hub.loop.now
      return
    }
    stalledSince = nil
    if replay != nil {
      hub.enqueue(replayOf: self)
    } else if let audience, !isCatchingUp {
      while isWritable, lacksEvents {
        let sent = catchUp(with: audience)
        guard sent > 0 else { break }
        hub.count(sent: sent, as: audience.key.format)
      }
    }
  }

  /// Time passed.
  func timePassed(_ now: NIODeadline) {
    if replay != nil { hub.enqueue(replayOf: self) }
    if stalledSince != nil, let audience { closeIfTooSlow(audience) }
    if let stalledSince, now - stalledSince >= hub.configuration.unreadLimit { close(.tooSlow) }
  }

  // MARK: The live stream

  /// Whether the socket takes more.
  var isWritable: Bool { transport?.isWritable ?? false }

  /// Whether the audience has something that the client was not sent.
  var lacksEvents: Bool { audience.map { position < $0.log.end } ?? false }

  /// Writes what the client lacks, as far as one write goes.
  /// - Returns: how many events
  func catchUp(with audience: Audience) -> Int {
    guard let transport, lacksEvents else { return 0 }
    guard transport.isWritable else {
      closeIfTooSlow(audience)
      return 0
    }
    guard let slice = audience.log.slice(at: position, limit: LoopHub.sliceBytes) else { return 0 }
    position = slice.next
    let wasCatchingUp = isCatchingUp
    isCatchingUp = true
    transport.write(slice.buffer)
    transport.flush()
    isCatchingUp = wasCatchingUp
    return slice.count
  }

  /// Writes everything that the client lacks, whether or not the socket takes it: what follows has to come later.
  func catchUpCompletely() {
    guard let audience, let transport else { return }
    while let slice = audience.log.slice(at: position, limit: LoopHub.sliceBytes) {
      position = slice.next
      transport.write(slice.buffer)
      hub.count(sent: slice.count, as: audience.key.format)
    }
    transport.flush()
  }

  private func closeIfTooSlow(_ audience: Audience) {
    guard let transport, let stalledSince else { return }
    let lag = audience.log.bytesLacking(at: position) + transport.unsentBytes
    let limit = hub.configuration.lagLimit
    guard lag > limit else { return }
    if lag > 4 * limit || hub.loop.now - stalledSince >= hub.configuration.stallLimit { close(.tooSlow) }
  }

  /// The client gets the live stream from now on.
  func goLive() {
    replay = nil
    audience = transport.map { hub.join(self, as: $0.format) }
  }

  /// The client gets nothing any more.
  func leaveStream() {
    replay = nil
    if let audience {
      self.audience = nil
      hub.leave(self, audience)
    }
  }
}
