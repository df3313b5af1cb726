import Glibc

/// How this host introduces itself to a mail server (RFC 5321, 4.1.1.1 and 4.1.3): by its full name, or else by an address,
/// since many servers refuse a name without a dot.
enum GreetingName {
  /// The name that a mail's EHLO has where the settings name none.
  static var ofThisHost: String { choose(hostName: hostName, addresses: NetworkInterface.addresses) }

  /// The host's name if it is a full one; else the first address that others could know, as a literal; else the loopback's.
  static func choose(hostName: String, addresses: [NetworkAddress]) -> String {
    if isFull(hostName) { return hostName }
    let usable = addresses.filter { ![.loopback, .linkLocal, .unspecified, .multicast].contains($0.scope) }
    let best = usable.first { $0.bytes.count == 4 } ?? usable.first
    return best.map(literal) ?? "[127.0.0.1]"
  }

  /// Whether a name has at least two labels of letters, digits and hyphens.
  static func isFull(_ name: String) -> Bool {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    return name.utf8.count <= 253 && labels.count > 1
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
          }
      } && !(labels.last?.allSatisfy(\.isNumber) ?? true)
  }

  private static func literal(_ address: NetworkAddress) -> String {
    address.bytes.count == 4 ? "[\(address.text)]" : "[IPv6:\(address.text)]"
  }

  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// The host's network interfaces.
enum NetworkInterface {
  /// The addresses of those that are up, in the system's order.
  static var addresses: [NetworkAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var addresses: [NetworkAddress] = []
    var next = first
    while let interface = next?.pointee {
      next = interface.ifa_next
      guard interface.ifa_flags & UInt32(IFF_UP) != 0, let address = interface.ifa_addr else { continue }
      let size: Int
      switch Int32(address.pointee.sa_family) {
      case AF_INET: size = MemoryLayout<sockaddr_in>.size
      case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
      default: continue
      }
      if let address = NetworkAddress(socketAddress: UnsafeRawBufferPointer(start: address, count: size)) {
        addresses.append(address)
      }
    }
    return addresses
  }
}
