/// Runs the body, waits, and so on until the task is cancelled.
/// - Parameters:
///   - interval: how long to wait after each run
///   - jitter: by which part of the interval a wait is longer or shorter at most, at random: nodes that start together
///     do not stay in step
///   - clock: what to wait by
func every(
  _ interval: Duration, jitter: Double = 0.1, clock: some Clock<Duration>, _ body: () async -> Void
) async {
  while !Task.isCancelled {
    await body()
    do { try await clock.sleep(for: interval * Double.random(in: 1 - jitter...1 + jitter)) } catch { return }
  }
}
