import Glibc
import Support

/// A pipe that interrupts a thread's `poll`.
final class Wakeup: Sendable {
  /// Readable while the thread has been woken and has not drained it.
  let descriptor: Int32
  private let writer: Int32

  /// Opens the pipe.
  /// - Parameter make: the system's `pipe`
  /// - Throws: where there are no descriptors for it
  init(make: (UnsafeMutablePointer<Int32>) -> Int32 = pipe) throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    guard make(&ends) == 0 else { throw SystemError("pipe", code: errno) }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    descriptor = ends[0]
    writer = ends[1]
  }

  deinit {
    close(descriptor)
    close(writer)
  }

  /// Wakes the thread; a pipe that is full has woken it already.
  func signal() {
    var byte: UInt8 = 1
    _ = write(writer, &byte, 1)
  }

  /// Forgets all signals so far.
  func drain() {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
      while read(descriptor, buffer.baseAddress, 64) == 64 {}
    }
  }

  /// Waits for a signal, or for events on another descriptor.
  /// - Parameters:
  ///   - other: the other descriptor, or -1
  ///   - deadline: until when, or nil for as long as it takes
  /// - Returns: what happened; neither is true when the deadline passed
  func wait(
    for other: Int32,
    writing: Bool = false,
    until deadline: ContinuousClock.Instant? = nil
  ) -> (woken: Bool, ready: Bool) {
    withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { entries in
      entries[0] = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      entries[1] = pollfd(fd: other, events: Int16(POLLIN) | (writing ? Int16(POLLOUT) : 0), revents: 0)
      while true {
        var timeout: Int32 = -1
        if let deadline {
          // Rounded up, or the last millisecond would be spent spinning; but what is over is only looked at.
          let left = deadline - ContinuousClock.now
          timeout = left <= .zero ? 0 : Int32(min(left.milliseconds, Int64(Int32.max) - 1) + 1)
        }
        let count = poll(entries.baseAddress, 2, timeout)
        if count > 0 { return (entries[0].revents != 0, entries[1].revents != 0) }
        if count == 0 || timeout == 0 { return (false, false) }
        // The kernel may be short of memory. What was to be waited for is looked at again a little later.
        if errno != EINTR { usleep(10_000) }
      }
    }
  }
}
