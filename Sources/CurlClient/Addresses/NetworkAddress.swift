import Glibc

/// An IPv4 or IPv6 address, without a port.
struct NetworkAddress: Hashable, Sendable {
  /// Four or sixteen bytes in network order.
  let bytes: [UInt8]

  /// Reads a textual address as `inet_pton` does; nil for everything else, names and scoped addresses too.
  init?(_ text: String) {
    guard !text.utf8.contains(0) else { return nil }
    var four = [UInt8](repeating: 0, count: 4)
    var sixteen = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = four
    } else if inet_pton(AF_INET6, text, &sixteen) == 1 {
      bytes = sixteen
    } else {
      return nil
    }
  }

  /// Reads the bytes of a `sockaddr_in` or `sockaddr_in6`; nil for another family or too few bytes.
  init?(socketAddress: UnsafeRawBufferPointer) {
    guard socketAddress.count >= MemoryLayout<sa_family_t>.size else { return nil }
    let field: Int
    let length: Int
    switch Int32(socketAddress.loadUnaligned(as: sa_family_t.self)) {
    case AF_INET: (field, length) = (MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) ?? 0, 4)
    case AF_INET6: (field, length) = (MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 0, 16)
    default: return nil
    }
    guard field > 0, socketAddress.count >= field + length else { return nil }
    bytes = Array(socketAddress[field..<field + length])
  }

  /// Four or sixteen bytes in network order.
  init(bytes: [UInt8]) {
    precondition(bytes.count == 4 || bytes.count == 16, "an address has 4 or 16 bytes")
    self.bytes = bytes
  }

  /// The address as people write it.
  var text: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether the first bits are the same as another address'.
  func hasPrefix(_ other: NetworkAddress, bits: Int) -> Bool {
    guard bytes.count == other.bytes.count else { return false }
    let whole = bits / 8
    guard bytes.prefix(whole) == other.bytes.prefix(whole) else { return false }
    let rest = bits % 8
    return rest == 0 || (bytes[whole] ^ other.bytes[whole]) >> (8 - rest) == 0
  }
}
