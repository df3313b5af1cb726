import Testing

@testable import CurlClient

@Suite struct ValidationTests {
  private func isRefused(_ request: HTTPTransfer) -> Bool {
    do throws(CurlError) {
      try request.validate()
      return false
    } catch {
      return error.code == .invalidRequest && !error.mayHaveBeenSent
    }
  }

  private func isRefused(_ change: (inout MailTransfer) -> Void) -> Bool {
    var mail = MailTransfer.sample(to: MailServer(host: "mail.example.org"))
    change(&mail)
    do throws(CurlError) {
      try mail.validate()
      return false
    } catch {
      return error.code == .invalidRequest
    }
  }

  @Test(arguments: [
    "ftp://example.org/", "file:///etc/passwd", "example.org", "", "gopher://x", "http//x", " http://x",
    "http://example.org/a b", "http://example.org/\r\nX: y", "http://example.org/\0", "http://example.org/\u{7F}",
  ])
  func urls(url: String) {
    #expect(isRefused(HTTPTransfer("GET", url)))
    #expect(!isRefused(HTTPTransfer("GET", "HTTPS://example.org/ü")))
  }

  @Test(arguments: ["", "a b", "a:b", "a\r\nb", "ä", "a\0", "(x)"])
  func tokens(name: String) {
    #expect(isRefused(HTTPTransfer(name, "http://x/")))
    #expect(isRefused(HTTPTransfer("GET", "http://x/", headers: [.init(name, "v")])))
  }

  @Test(arguments: ["a\rb", "a\nb", "a\r\nb: c", "a\0b", "\n"])
  func headerValues(value: String) {
    #expect(isRefused(HTTPTransfer("GET", "http://x/", headers: [.init("X-Name", value)])))
  }

  @Test(arguments: ["Content-Length", "transfer-encoding", "HOST", "Connection"])
  func headersOfTheClientsOwn(name: String) {
    #expect(isRefused(HTTPTransfer("GET", "http://x/", headers: [.init(name, "1")])))
  }

  @Test func limits() {
    var request = HTTPTransfer("GET", "http://x/")
    request.timeout = .zero
    #expect(isRefused(request))
    request = HTTPTransfer("GET", "http://x/")
    request.maximumResponseBytes = -1
    #expect(isRefused(request))
    #expect(isRefused(HTTPTransfer("HEAD", "http://x/", body: [1])))
  }

  @Test func headerLines() {
    let request = HTTPTransfer(
      "POST", "http://x/", headers: [.init("A", " b \t"), .init("Empty", " \t"), .init("content-TYPE", "text/plain")])
    #expect(request.headerLines == ["A: b", "Empty;", "content-TYPE: text/plain", "Expect:"])
    #expect(HTTPTransfer("POST", "http://x/").headerLines == ["Expect:", "Content-Type:"])
  }

  @Test(arguments: ["", "bob", "a@b>\r\nDATA", "a@b\r\n", "<a@b>", "a @b", "a@b\0"])
  func mailboxes(address: String) {
    #expect(isRefused { $0.recipients.append(address) })
    #expect(isRefused { $0.sender = address } == !address.isEmpty)
  }

  @Test func envelopes() {
    #expect(isRefused { $0.recipients = [] })
    #expect(!isRefused { $0.sender = "" })
    #expect(!isRefused { $0.recipients = ["o'brien+tag@bücher.example"] })
  }

  @Test(arguments: ["a\nb", "a\rb", "\n.\n", "a\r", "\r\n\n", "a\r\r\nb"])
  func loneLineEnds(message: String) {
    #expect(isRefused { $0.message = Array(message.utf8) })
    #expect(!isRefused { $0.message = Array("a\r\n.\r\n\r\nb".utf8) })
  }

  @Test(arguments: ["", "a/b", "user@host", "a b", "a:25", "::1%lo", "[::1]", "a\r\n", "a?b", "a#b", "a%41"])
  func mailHosts(host: String) {
    #expect(isRefused { $0.server.host = host })
  }

  @Test func mailServers() {
    #expect(isRefused { $0.server.port = 0 })
    #expect(isRefused { $0.server.port = 65536 })
    #expect(isRefused { $0.server.greetingName = "a b" })
    #expect(isRefused { $0.server.login = .init(user: "a\0", password: "b") })
  }

  @Test func mailURLs() {
    #expect(MailServer(host: "m.example", port: 25).url == "smtp://m.example:25/")
    #expect(
      MailServer(host: "::1", port: 465, encryption: .implicit, greetingName: "[10.0.0.1]/\u{0B}").url
        == "smtps://[::1]:465/%5B10.0.0.1%5D%2F%0B")
  }
}
