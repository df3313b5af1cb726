/// The clock that the engine waits by and measures with: monotonic. Nodes have the system's; a test has one that it moves
/// itself.
///
/// Its instants are those of `ContinuousClock`, so what only compares instants need not know which clock they are from.
package protocol EngineClock: Clock<Duration> where Instant == ContinuousClock.Instant {}

extension ContinuousClock: EngineClock {}
