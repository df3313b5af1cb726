import Support
import Testing

@Suite struct HostNameTests {
  @Test(arguments: [
    "a", "db-1", "my_redis", "tocsin_redis_1", "db.example.org.", "127.0.0.1", "127.1", "::1", "fe80::1%eth0", "A1",
    String(repeating: "a", count: 63),
  ])
  func whatTheResolverTakes(text: String) {
    #expect(HostName.fault(of: text) == nil)
  }

  @Test(arguments: [
    ("", "is missing"), ("\u{201C}db\u{201D}", "has a quotation mark in it"), ("'db'", "has a quotation mark in it"),
    ("a b", "has white space in it"), ("a\u{A0}b", "has white space in it"),
    ("a\u{7}", "has a control character in it"),
    ("a/b", "has the character / in it"), ("$HOST", "has the character $ in it"), ("a%b", "has the character % in it"),
    ("-a", "has a hyphen beside a dot, or at its end"), ("a-.b", "has a hyphen beside a dot, or at its end"),
    ("a..b", "has nothing between two dots, or begins with a dot"),
    (".a", "has nothing between two dots, or begins with a dot"), ("256.1.1.1", "is a number and no IPv4 address"),
    ("1.2.3.4.5", "is a number and no IPv4 address"), ("a:b", "has a colon in it and is no IPv6 address"),
    ("\u{200B}a", "has a character in it that no host name has"),
    ("a\u{2013}b", "has a character in it that no host name has"),
    ("bücher.example", "is not in ASCII: write it as name servers know it, with xn--"),
    (String(repeating: "a", count: 64), "has more than 63 bytes between two dots"),
    (String(repeating: "a.", count: 127) + "a", "is longer than 253 bytes"),
  ])
  func whatNoHostIsCalled(text: String, fault: String) {
    #expect(HostName.fault(of: text) == fault)
  }

  @Test func formsDiffer() {
    #expect(HostName.fault(of: "bücher.example", form: .international) == nil)
    #expect(HostName.fault(of: "a_b", form: .mail) == "has an underscore in it")
  }
}
