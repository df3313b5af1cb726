import Glibc

/// The machine's wall clock, counted since the Unix epoch. It may be set; for lengths of time use `ContinuousClock`.
package enum WallClock {
  /// Whole microseconds.
  package static var microseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  /// Whole milliseconds.
  package static var milliseconds: Int64 { microseconds / 1000 }
}
