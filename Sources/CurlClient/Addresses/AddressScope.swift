/// What an address is for: only a global one leads to a host of the public Internet.
///
/// The ranges are those of the IANA registries of special-purpose addresses (RFC 6890).
enum AddressScope: String, Sendable {
  case global
  case unspecified, loopback, linkLocal, privateUse, uniqueLocal, siteLocal, carrierGradeNAT, multicast
  /// An IPv6 address that stands for an IPv4 one, or for a tunnel to it.
  case embedded
  /// Documentation, benchmarks, future use and what else nobody on the Internet answers at.
  case reserved
}

extension NetworkAddress {
  /// What the address is for. Behind the prefix of NAT64 (RFC 6052) stands an IPv4 address, which decides.
  var scope: AddressScope {
    if let embedded = translated { return embedded.scope }
    if let range = Self.ranges.first(where: { hasPrefix($0.prefix, bits: $0.bits) }) { return range.scope }
    // RFC 4291: of IPv6 only 2000::/3 is given out for global unicast.
    return bytes.count == 4 || bytes[0] >> 5 == 1 ? .global : .reserved
  }

  /// The IPv4 address within `64:ff9b::/96`: the way to IPv4 hosts in networks that have only IPv6.
  private var translated: NetworkAddress? {
    guard let prefix = NetworkAddress("64:ff9b::"), hasPrefix(prefix, bits: 96) else { return nil }
    return NetworkAddress(bytes: Array(bytes.suffix(4)))
  }

  private static let ranges: [(prefix: NetworkAddress, bits: Int, scope: AddressScope)] = [
    ("0.0.0.0", 8, .unspecified),  // RFC 791: this network
    ("10.0.0.0", 8, .privateUse),  // RFC 1918
    ("100.64.0.0", 10, .carrierGradeNAT),  // RFC 6598
    ("127.0.0.0", 8, .loopback),  // RFC 1122
    ("169.254.0.0", 16, .linkLocal),  // RFC 3927; the metadata services of clouds live here
    ("172.16.0.0", 12, .privateUse),  // RFC 1918
    ("192.0.0.0", 24, .reserved),  // RFC 6890: protocol assignments
    ("192.0.2.0", 24, .reserved),  // RFC 5737: documentation
    ("192.88.99.0", 24, .reserved),  // RFC 7526: relays of 6to4
    ("192.168.0.0", 16, .privateUse),  // RFC 1918
    ("198.18.0.0", 15, .reserved),  // RFC 2544: benchmarks
    ("198.51.100.0", 24, .reserved),  // RFC 5737
    ("203.0.113.0", 24, .reserved),  // RFC 5737
    ("224.0.0.0", 4, .multicast),  // RFC 5771
    ("240.0.0.0", 4, .reserved),  // RFC 1112, and the limited broadcast
    ("::", 128, .unspecified),  // RFC 4291
    ("::1", 128, .loopback),  // RFC 4291
    ("::", 96, .embedded),  // RFC 4291: IPv4-compatible
    ("::ffff:0:0", 96, .embedded),  // RFC 4291: IPv4-mapped
    ("2001::", 32, .embedded),  // RFC 4380: Teredo
    ("2001::", 23, .reserved),  // RFC 2928: protocol assignments
    ("2001:db8::", 32, .reserved),  // RFC 3849: documentation
    ("2002::", 16, .embedded),  // RFC 3056: 6to4
    ("3fff::", 20, .reserved),  // RFC 9637: documentation
    ("fc00::", 7, .uniqueLocal),  // RFC 4193
    ("fe80::", 10, .linkLocal),  // RFC 4291
    ("fec0::", 10, .siteLocal),  // RFC 3879
    ("ff00::", 8, .multicast),  // RFC 4291
  ].compactMap { text, bits, scope in NetworkAddress(text).map { ($0, bits, scope) } }
}
