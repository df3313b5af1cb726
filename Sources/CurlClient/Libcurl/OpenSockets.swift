import Glibc
import Synchronization

/// The sockets that one thread has open, so that another one can end what it waits for.
final class OpenSockets: Sendable {
  private let descriptors = Mutex<Set<Int32>>([])

  /// Opens a socket; -1 when the system refuses.
  func open(_ family: Int32, _ type: Int32, _ number: Int32) -> Int32 {
    descriptors.withLock { descriptors in
      let descriptor = socket(family, type, number)
      if descriptor >= 0 { descriptors.insert(descriptor) }
      return descriptor
    }
  }

  /// Closes a socket.
  func close(_ descriptor: Int32) -> Int32 {
    descriptors.withLock { descriptors in
      descriptors.remove(descriptor)
      return Glibc.close(descriptor)
    }
  }

  /// Ends all connections. Their sockets stay open until their thread closes them, so that no number comes to stand for
  /// another file meanwhile.
  func shutDownAll() {
    descriptors.withLock { descriptors in
      for descriptor in descriptors { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }
}
