import Testing
import TocsinClient

@Suite struct ServerAddressTests {
  @Test(arguments: [
    ("http://127.0.0.1:8000", "http://127.0.0.1:8000"), ("tocsin.example", "http://tocsin.example:80"),
    ("https://tocsin.example/", "https://tocsin.example:443"), ("wss://h:1/base/", "https://h:1/base"),
    ("http://[::1]:8000", "http://[::1]:8000"), ("localhost:9", "http://localhost:9"),
  ])
  func whatIsUnderstood(text: String, url: String) throws {
    #expect(try ServerAddress(text).description == url)
  }

  @Test(arguments: [
    ("", "the host is missing"), ("ftp://h", "the scheme must be http or https"), ("http://h:0", "the port must be"),
    ("http://h:x", "the port must be"), ("http://u:p@h", "a user name"), ("http://h?x=1", "a query"),
    ("http://[::1", "a bracket is missing"), ("http://a b", "a space"),
  ])
  func whatIsNot(text: String, reason: String) {
    #expect {
      _ = try ServerAddress(text)
    } throws: { error in
      (error as? ClientError)?.code == .invalidURL && "\(error)".contains(reason)
    }
  }

  @Test func aListHasCommas() throws {
    #expect(try ServerAddress.list("http://a, http://b:1,").map(\.description) == ["http://a:80", "http://b:1"])
    #expect(throws: ClientError.self) { try ServerAddress.list(" , ") }
  }

  @Test func onlyNamesAreNamedInTLS() throws {
    #expect(try ServerAddress("https://tocsin.example").tlsName == "tocsin.example")
    #expect(try ServerAddress("https://10.0.0.1").tlsName == nil)
    #expect(try ServerAddress("https://[::1]").tlsName == nil)
  }
}
