import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#endif

/// Looks whether the node may listen where it is told to, long before it does: a port that is taken is said at once, not
/// after PostgreSQL has come up.
enum ListenProbe {
  /// Binds the address as the server will, and lets it go. Nobody can connect meanwhile.
  /// - Throws: what the server would throw
  static func check(host: String, port: Int) async throws {
    guard port != 0 else { return }
    try await NIOThreadPool.singleton.runIfActive {
      // Waits for a name server where the host is a name.
      try bind(SocketAddress.makeAddressResolvingHost(host, port: port))
    }
  }

  private static func bind(_ address: SocketAddress) throws {
    let descriptor = socket(
      CInt(address.protocol.rawValue), CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
    defer { close(descriptor) }
    var yes: CInt = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    let result = address.withSockAddr { pointer, size in Glibc.bind(descriptor, pointer, socklen_t(size)) }
    guard result == 0 else { throw IOError(errnoCode: errno, reason: "bind") }
  }
}
