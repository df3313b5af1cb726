import Support
import Testing

@Suite struct PercentCodingTests {
  @Test(arguments: [
    ("", ""), ("abc", "abc"), ("a%20b", "a b"), ("%C3%BC", "ü"), ("%c3%bc", "ü"), ("a+b", "a+b"), ("%25", "%"),
    ("ü", "ü"),
  ])
  func textIsDecoded(text: String, decoded: String) {
    #expect(PercentCoding.decode(text) == decoded)
  }

  @Test func aPlusIsASpaceInForms() {
    #expect(PercentCoding.decode("a+b%2Bc", plusIsSpace: true) == "a b+c")
  }

  @Test(arguments: ["%", "%2", "a%", "%g0", "%0g", "%+1", "% 1", "%-1", "%FF", "%C3"])
  func whatIsNotEncoded(text: String) {
    #expect(PercentCoding.decode(text) == nil)
    #expect(PercentCoding.decode(text, plusIsSpace: true) == nil)
  }

  @Test(arguments: ["", "a", "a b", "a/b?c=d&e", "ü", "~-._", "🌷", "\u{0}\n%", "+"])
  func whatIsEncodedIsDecoded(text: String) {
    let encoded = PercentCoding.encode(text)
    #expect(PercentCoding.decode(encoded) == text)
    #expect(PercentCoding.decode(encoded, plusIsSpace: true) == text)
    #expect(encoded.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") })
  }

  @Test func referencesKeepWhatMayBeInThem() {
    #expect(PercentCoding.encode("a b/ü") == "a%20b%2F%C3%BC")
    #expect(PercentCoding.reference("/a b/%41;x=1#ü") == "/a%20b/%41;x=1#%C3%BC")
    #expect(PercentCoding.reference("/a\\b\u{1}?") == "/a%5Cb%01%3F")
  }
}
