/// When requests are due in an open loop: at fixed distances from the start, whatever the server does. Latency is
/// measured from there, so a stalled server cannot hide the requests that would have come meanwhile (coordinated
/// omission). Times are nanoseconds of the monotonic clock.
struct OpenSchedule: Sendable {
  private let start: UInt64
  private let interval: Double
  private let count: UInt64
  private let stride: UInt64
  private var index: UInt64

  /// The share of one worker: of all requests at `rate` a second it sends every `workers`-th, from its own number on.
  init(start: UInt64, rate: Double, duration: Double, worker: Int = 0, workers: Int = 1) {
    self.start = start
    interval = 1e9 / rate
    count = UInt64((rate * duration).rounded())
    stride = UInt64(workers)
    index = UInt64(worker)
  }

  /// When the next request is due; nil after the last one.
  var nextDue: UInt64? {
    index < count ? start + UInt64((Double(index) * interval).rounded()) : nil
  }

  /// Takes the next request if it is due by now.
  mutating func take(by now: UInt64) -> UInt64? {
    guard let due = nextDue, due <= now else { return nil }
    index += stride
    return due
  }
}
