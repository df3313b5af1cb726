import CurlClient
import FakeServer
import NIOCore
import Testing

/// URLs, headers, passwords and addresses are in no error's words, whatever goes wrong.
@Suite(.timeLimit(.minutes(10))) struct SecretTests {
  private static let secret = "hunter2"

  private func expectNoSecret(_ value: some Any, _ place: SourceLocation = #_sourceLocation) {
    var texts = ["\(value)", String(reflecting: value), String(describing: Optional(value))]
    var dumped = ""
    dump(value, to: &dumped)
    texts.append(dumped)
    for text in texts {
      for part in [Self.secret, "127.0.0.1", "http:"] { #expect(!text.contains(part), sourceLocation: place) }
    }
  }

  private func expectNoSecret(
    _ code: CurlError.Code, _ place: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
  ) async throws {
    let error = try await failure(body)
    #expect(error.code == code, sourceLocation: place)
    #expect(!error.cause.contains(Self.secret), sourceLocation: place)
    expectNoSecret(error, place)
  }

  private func request(_ url: String) -> HTTPTransfer {
    var request = HTTPTransfer(
      "POST", url.replacing("//", with: "//me:\(Self.secret)@") + "?token=\(Self.secret)",
      headers: [.init("Authorization", "Bearer \(Self.secret)")], body: Array(Self.secret.utf8))
    request.timeout = .seconds(60)
    request.connectTimeout = .seconds(60)
    return request
  }

  @Test func webErrors() async throws {
    let client = try trustingClient()
    let send = { (request: HTTPTransfer) in _ = try await client.send(request) }
    try await WebServer.with { server in
      try await expectNoSecret(.receiveFailed) { try await send(request(server.url("/partial/\(Self.secret)"))) }
      try await expectNoSecret(.receiveFailed) { try await send(request(server.url("/reset/\(Self.secret)"))) }
      var small = request(server.url("/large/900000"))
      small.maximumResponseBytes = 10
      try await expectNoSecret(.tooLarge) { [small] in try await send(small) }
      var hasty = request(server.url("/hang/\(Self.secret)"))
      hasty.timeout = .milliseconds(200)
      try await expectNoSecret(.timedOut) { [hasty] in try await send(hasty) }
      var careful = request(server.url("/\(Self.secret)"))
      careful.deniesPrivateAddresses = true
      try await expectNoSecret(.refusedAddress) { [careful] in try await send(careful) }
      try await expectNoSecret(.tls) { try await send(request("https://127.0.0.1:\(server.port)/\(Self.secret)")) }
    }
    try await RawServer.with("\(Self.secret)\r\n") { server in
      try await expectNoSecret(.protocolError) { try await send(request("http://127.0.0.1:\(server.port)/")) }
    }
    try await ClosedPort.with { url in
      try await expectNoSecret(.couldNotConnect) { try await send(request(url + "/")) }
    }
    let name = Self.secret + String(repeating: "x", count: 70)
    try await expectNoSecret(.couldNotResolve) { try await send(request("http://\(name)/")) }
    for url in ["http://? x/", "?://x", "http://[?]/", "http://x:?/"] {
      let url = url.replacing("?", with: Self.secret)
      try await expectNoSecret(.invalidRequest) { try await send(HTTPTransfer("GET", url)) }
    }
    for header in [HTTPTransfer.Header(Self.secret + ":", "x"), .init("X", Self.secret + "\n")] {
      try await expectNoSecret(.invalidRequest) { try await send(HTTPTransfer("GET", "http://x/", headers: [header])) }
    }
  }

  @Test func mailErrors() async throws {
    let client = try trustingClient()
    let login = MailServer.Login(user: Self.secret, password: Self.secret)
    let quote = MailPost.Reply.say("535 \(Self.secret) is wrong for \(Self.secret)")
    let recipient = "\(Self.secret)@example.org"
    try await MailPost.with(.init(extensions: ["AUTH PLAIN"], replies: ["LOGIN": quote])) { post in
      let mail = MailTransfer.sample(to: post.server(login: login), recipients: [recipient])
      try await expectNoSecret(.authentication) { _ = try await client.send(mail) }
      expectNoSecret(mail)
    }
    try await MailPost.with(.init(replies: ["RCPT \(recipient)": quote])) { post in
      let mail = MailTransfer.sample(to: post.server(), recipients: [recipient])
      try await expectNoSecret(.mailRefused) { _ = try await client.send(mail) }
    }
    let server = MailServer(host: Self.secret + String(repeating: "x", count: 70), login: login)
    try await expectNoSecret(.couldNotResolve) { _ = try await client.send(.sample(to: server)) }
    try await expectNoSecret(.invalidRequest) {
      _ = try await client.send(.sample(to: MailServer(host: Self.secret + "/"), recipients: [recipient]))
    }
  }

  @Test func requests() {
    expectNoSecret(request("http://127.0.0.1/\(Self.secret)"))
    expectNoSecret(MailServer.Login(user: Self.secret, password: Self.secret))
    expectNoSecret(MailServer(host: "mail.example.org", login: .init(user: Self.secret, password: Self.secret)))
  }
}
