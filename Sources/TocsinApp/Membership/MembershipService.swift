import ServiceLifecycle
import TocsinCore

/// Renews the node's seal and registration every few seconds, and ends the registration when the node stops.
struct MembershipService<Registry: NodeRegistry, Sealing: ClusterSealing>: QuietService {
  let membership: ClusterMembership
  let registry: Registry
  let sealing: Sealing
  var interval: Duration = .seconds(5)

  /// - Throws: ``NodeFailure`` where nodes that were there before disagree: this one came while it could not find out,
  ///   or has got another Redis since
  func run() async throws {
    let refusal = await cancelWhenGracefulShutdown { await renewUntilRefused() }
    do throws(StoreError) {
      try await registry.withdraw(membership.name)
    } catch {
      // It ends by itself.
    }
    if let refusal { throw NodeFailure(refusal) }
  }

  /// - Returns: why the node has to stop; nil where it stops anyway
  private func renewUntilRefused() async -> String? {
    while !Task.isCancelled {
      do { try await Task.sleep(for: interval * Double.random(in: 0.8...1)) } catch { return nil }
      if case .refused(let reason) = await membership.renew(registry, sealing) { return reason }
    }
    return nil
  }
}
