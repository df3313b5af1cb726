import CLibpq

/// The owner of one `PGcancel`: what is needed to stop the statement that a connection runs.
///
/// Sendable although it holds a pointer: `PQcancel` may be called from any thread (34.7), and the owner
/// is the only one to call it.
struct CancelHandle: ~Copyable, @unchecked Sendable {
  private let pointer: OpaquePointer

  /// Takes over the handle.
  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    PQfreeCancel(pointer)
  }

  /// Sends the request over a connection of its own and waits until the server has taken it. Blocks for
  /// as long as the server or the network likes.
  /// - Returns: whether it was delivered
  func send() -> Bool {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      PQcancel(pointer, buffer.baseAddress, 256) == 1
    }
  }
}
