import Testing

@testable import TocsinNotifiers

@Suite struct MailAddressTests {
  @Test(arguments: [
    ("ops@example.org", "ops@example.org", ""), (" ops@example.org ", "ops@example.org", ""),
    ("On call <ops@example.org>", "ops@example.org", "On call"),
    ("\"Ops, night\" <ops+night@sub.example.org>", "ops+night@sub.example.org", "Ops, night"),
    ("Größe <größe@exämple.org>", "größe@exämple.org", "Größe"), ("<a@b>", "a@b", ""),
  ])
  func isRead(_ text: String, _ address: String, _ name: String) {
    #expect(MailAddress(text)?.address == address)
    #expect(MailAddress(text)?.name == name)
  }

  @Test(arguments: [
    ("ops@example.org", "ops@example.org", false), ("ops@Exämple.org", "ops@xn--exmple-cua.org", false),
    ("größe@exämple.org", "größe@xn--exmple-cua.org", true), ("größe@example.org", "größe@example.org", true),
    ("a@例え.jp", "a@xn--r8jz45g.jp", false), ("a@xn--r8jz45g.jp", "a@xn--r8jz45g.jp", false),
  ])
  func domainsAreInASCIIForServers(_ text: String, _ wire: String, _ isInternational: Bool) {
    #expect(MailAddress(text)?.wire == wire && MailAddress(text)?.isInternational == isInternational)
    #expect(MailAddress(text).map { $0.domainFault == nil } == true)
  }

  @Test(arguments: [
    "a@exämple..org", "a@ä/b", "a@ä#b", "a@ä?b", "a@ä%41b", "a@b..c", "a@-b", "a@b_c.example.org",
  ]) func domainsThatAreNone(_ text: String) {
    #expect(MailAddress(text)?.domainFault != nil)
    #expect(MailAddress(text)?.wire == text)
  }

  @Test(arguments: [
    "", "ops", "@example.org", "ops@", "a@b@c", "a b@example.org", "a@exam ple.org", "a@b\r\nRCPT TO:<c@d>",
    "a@b>,<c@d", "Ops\r\nBcc: x@example.org <a@b>", "a,b@example.org", "\"a\"@example.org", "a\u{0}@example.org",
    "a@b\u{2028}c", "Ops\u{202e} <a@b>", String(repeating: "a", count: 300) + "@example.org",
  ])
  func isRefused(_ text: String) {
    #expect(MailAddress(text) == nil)
  }
}
