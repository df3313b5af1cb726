import Logging
import TocsinCore

/// The holder of leases.
protocol LeaseHolder: Sendable {
  /// The deliveries whose leases have to be renewed.
  var held: [DeliveryID] { get }

  /// Of the leases that were asked for, those of `kept` last until that moment. The other deliveries belong to another node
  /// now, or are final.
  func renewed(_ kept: Set<DeliveryID>, of asked: [DeliveryID], until end: ContinuousClock.Instant)

  /// Lets go of everything whose lease is about to end.
  func lapse()
}

/// Renews the leases of everything that is held, long before they end.
struct LeaseKeeper: Sendable {
  private let store: any DeliveryStore
  private let grace: TakeoverGrace
  private let reserve: Duration
  private let clock: any EngineClock
  private let logger: Logger

  /// - Parameter reserve: how long a lease has to last for an attempt to begin, and to go on
  init(store: any DeliveryStore, grace: TakeoverGrace, reserve: Duration, clock: any EngineClock, logger: Logger) {
    self.store = store
    self.grace = grace
    self.reserve = reserve
    self.clock = clock
    self.logger = logger
  }

  /// Keeps leases until the task is cancelled. A loop of its own lets go of what was not renewed in time: the other
  /// one may be waiting for PostgreSQL.
  func keep(_ holder: some LeaseHolder) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await every(store.leaseDuration / 4, jitter: 0, clock: clock) { await renew(holder) } }
      group.addTask { await every(reserve / 4, jitter: 0, clock: clock) { holder.lapse() } }
    }
  }

  private func renew(_ holder: some LeaseHolder) async {
    let held = holder.held
    if held.isEmpty { return }
    let asked = clock.now
    do {
      let kept = try await store.renew(held)
      holder.renewed(kept, of: held, until: asked + store.leaseDuration)
    } catch {
      grace.begin()
      logger.debug("leases could not be renewed", metadata: ["error": "\(error)"])
    }
  }
}
