import ServiceLifecycle
import Support

/// How a connection, or the attempt to make one, ended.
struct Ended: Sendable {
  let reason: RedisError
  /// When it could be used from; `nil` if it never could.
  let usableSince: ContinuousClock.Instant?
}

/// Makes one connection after the other until told to stop.
/// - Parameters:
///   - cap: the longest pause between two attempts
///   - isStopped: whether to make no more
///   - attempt: makes a connection and returns when it ended
func keepConnected(
  cap: Duration, isStopped: @Sendable () -> Bool, attempt: @Sendable () async -> Ended
) async {
  var backoff = Backoff(base: .milliseconds(25), cap: cap)
  while !isStopped() {
    let ended = await attempt()
    if isStopped() { return }
    let lasted = ended.usableSince.map { ContinuousClock.now - $0 }
    let pause = backoff.next(after: lasted)
    await cancelWhenGracefulShutdown { try? await Task.sleep(for: pause) }
  }
}
