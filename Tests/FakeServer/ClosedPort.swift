import Glibc

/// A port that nothing listens on, and that nobody else gets as long as this lives: connecting to it is refused.
package struct ClosedPort: ~Copyable {
  private let url: String
  private let descriptor: CInt

  /// Runs a test with the address of a server that is not there.
  package static func with<Value>(_ body: (String) async throws -> Value) async rethrows -> Value {
    let port = ClosedPort()
    let value = try await body(port.url)
    // Only now it may be somebody else's.
    _ = consume port
    return value
  }

  private init() {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
      }
    }
    precondition(isBound, "no port can be bound")
    url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
  }

  deinit { close(descriptor) }
}
