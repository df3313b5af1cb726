import Foundation

/// Ports of the loopback interface that are kept free for nodes that have yet to start.
final class HeldPorts {
  private var descriptors: [Int: CInt] = [:]

  /// Takes all of the ports, before anything else is started.
  /// - Throws: ``CommandFailure`` that names those that are taken; then none is held
  init(_ ports: ClosedRange<Int>) throws {
    let taken = ports.filter { port in
      guard let descriptor = HeldPorts.listen(on: port) else { return true }
      descriptors[port] = descriptor
      return false
    }
    guard let first = taken.first else { return }
    for port in ports { release(port) }
    let names = taken.map(String.init).joined(separator: ", ")
    throw CommandFailure(
      .refused,
      (taken.count == 1 ? "tocsin: port \(first) is in use" : "tocsin: ports \(names) are in use")
        + "; stop what listens there, or choose other ports with --port")
  }

  deinit {
    for descriptor in descriptors.values { close(descriptor) }
  }

  /// Gives a port to who is started now.
  func release(_ port: Int) {
    if let descriptor = descriptors.removeValue(forKey: port) { close(descriptor) }
  }

  private static func listen(on port: Int) -> CInt? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    // As the node does it: connections of an earlier one that are still winding down are no obstacle.
    var yes: CInt = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isBound, Glibc.listen(descriptor, 1) == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }
}
