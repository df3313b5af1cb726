import Foundation

/// Starts threads for work that blocks.
///
/// Foundation's `Thread` does not say when the system refuses one, and its work is then never done.
package enum SystemThread {
  private final class Work: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// Starts a thread that runs the body and ends.
  /// - Parameters:
  ///   - name: what tools show, as far as the system takes it: 15 bytes
  ///   - stackSize: in bytes
  /// - Throws: ``SystemError`` where the system has no room for another thread; then the body does not run
  package static func start(
    _ name: String, stackSize: Int, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var result = pthread_attr_setstacksize(&attributes, stackSize)
    guard result == 0 else { throw SystemError("pthread_attr_setstacksize", code: result) }
    let work = Unmanaged.passRetained(Work(String(name.prefix(15)), body))
    var thread = pthread_t()
    result = pthread_create(&thread, &attributes, run, work.toOpaque())
    guard result == 0 else {
      work.release()
      throw SystemError("pthread_create", code: result)
    }
  }

  private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { pointer in
    guard let pointer else { return nil }
    let work = Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue()
    Thread.current.name = work.name
    work.body()
    return nil
  }
}
