import Glibc
import Testing

@testable import CurlClient

@Suite struct AddressTests {
  @Test(arguments: [
    "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "169.253.255.255",
    "192.167.255.255", "223.255.255.255", "198.17.255.255", "2606:4700:4700::1111", "2a00:1450:4001::1",
    "64:ff9b::8.8.8.8",
  ])
  func global(text: String) throws {
    #expect(try #require(NetworkAddress(text)).scope == .global)
  }

  @Test(arguments: [
    ("0.0.0.0", AddressScope.unspecified), ("0.1.2.3", .unspecified), ("::", .unspecified),
    ("127.0.0.1", .loopback), ("127.255.255.255", .loopback), ("::1", .loopback),
    ("169.254.169.254", .linkLocal), ("fe80::1", .linkLocal), ("febf::1", .linkLocal),
    ("10.0.0.1", .privateUse), ("10.255.255.255", .privateUse), ("172.16.0.1", .privateUse),
    ("172.31.255.255", .privateUse), ("192.168.1.1", .privateUse),
    ("fc00::1", .uniqueLocal), ("fd00:ec2::254", .uniqueLocal), ("fec0::1", .siteLocal),
    ("100.64.0.1", .carrierGradeNAT), ("100.127.255.255", .carrierGradeNAT),
    ("224.0.0.1", .multicast), ("239.255.255.255", .multicast), ("ff02::1", .multicast),
    ("::ffff:127.0.0.1", .embedded), ("::ffff:8.8.8.8", .embedded), ("::127.0.0.1", .embedded),
    ("2002:7f00:1::", .embedded), ("2001:0:1::", .embedded),
    ("64:ff9b::127.0.0.1", .loopback), ("64:ff9b::10.0.0.1", .privateUse), ("64:ff9b:1::1", .reserved),
    ("192.0.2.1", .reserved), ("198.51.100.1", .reserved), ("203.0.113.1", .reserved), ("198.19.0.1", .reserved),
    ("192.0.0.1", .reserved), ("192.88.99.1", .reserved), ("240.0.0.1", .reserved), ("255.255.255.255", .reserved),
    ("2001:db8::1", .reserved), ("3fff::1", .reserved), ("100::1", .reserved), ("4000::1", .reserved),
  ])
  func notGlobal(text: String, scope: AddressScope) throws {
    #expect(try #require(NetworkAddress(text)).scope == scope)
  }

  @Test(arguments: ["", "localhost", "127.1", "0x7f.0.0.1", "1.2.3.4\0", "fe80::1%lo", "[::1]"])
  func notAnAddress(text: String) {
    #expect(NetworkAddress(text) == nil)
  }

  @Test func ofASocket() throws {
    var four = sockaddr_in()
    four.sin_family = sa_family_t(AF_INET)
    inet_pton(AF_INET, "10.1.2.3", &four.sin_addr)
    #expect(withUnsafeBytes(of: four) { NetworkAddress(socketAddress: $0) } == NetworkAddress("10.1.2.3"))
    #expect(withUnsafeBytes(of: four) { NetworkAddress(socketAddress: .init(rebasing: $0.prefix(6))) } == nil)
    var six = sockaddr_in6()
    six.sin6_family = sa_family_t(AF_INET6)
    inet_pton(AF_INET6, "fd00::7", &six.sin6_addr)
    #expect(withUnsafeBytes(of: six) { NetworkAddress(socketAddress: $0) } == NetworkAddress("fd00::7"))
    var local = sockaddr_un()
    local.sun_family = sa_family_t(AF_UNIX)
    #expect(withUnsafeBytes(of: local) { NetworkAddress(socketAddress: $0) } == nil)
    #expect(NetworkAddress(socketAddress: .init(start: nil, count: 0)) == nil)
  }

  @Test func prefixesThatEndWithinAByte() throws {
    let prefix = try #require(NetworkAddress("172.16.0.0"))
    #expect(try #require(NetworkAddress("172.31.0.0")).hasPrefix(prefix, bits: 12))
    #expect(try !#require(NetworkAddress("172.32.0.0")).hasPrefix(prefix, bits: 12))
    #expect(try !#require(NetworkAddress("::1")).hasPrefix(prefix, bits: 0))
  }
}
