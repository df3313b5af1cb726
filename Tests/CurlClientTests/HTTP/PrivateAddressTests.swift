import CurlClient
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct PrivateAddressTests {
  private func careful(_ url: String) -> HTTPTransfer {
    var request = HTTPTransfer.get(url)
    request.deniesPrivateAddresses = true
    return request
  }

  /// Every way to write the address of this host, some of which only libcurl or the resolver understand.
  @Test(arguments: ["127.0.0.1", "localhost", "a.localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "0"])
  func namesOfThisHost(host: String) async throws {
    let client = try trustingClient()
    try await WebServer.with { server in
      let error = try await failure { try await client.send(careful(server.url("/status/200", host: host))) }
      #expect(error.code == .refusedAddress && !error.mayHaveBeenSent)
      #expect(server.connected.count == 0)
    }
  }

  @Test(arguments: [
    "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[::1]", "[fd00::1]", "[fe80::1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::]", "224.0.0.1", "[64:ff9b::7f00:1]", "user@127.0.0.1", "example.org@127.0.0.1",
  ])
  func addresses(host: String) async throws {
    let client = try trustingClient()
    let error = try await failure { try await client.send(careful("http://\(host):9/")) }
    #expect(error.code == .refusedAddress && !error.mayHaveBeenSent)
  }

  @Test func aKeptConnectionOfACarelessTransfer() async throws {
    let client = try trustingClient()
    try await WebServer.with { server in
      #expect(try await client.send(.get(server.url("/status/200"))).status == 200)
      let error = try await failure { try await client.send(careful(server.url("/status/200"))) }
      #expect(error.code == .refusedAddress && !error.mayHaveBeenSent)
      #expect(server.requests.count == 1 && server.connected.count == 1)
    }
  }

  @Test func aKeptHTTP2ConnectionIsNotHarmed() async throws {
    let client = try trustingClient()
    try await WebServer.with(.http2) { server in
      async let first = client.send(.get(server.url("/gate")))
      await server.arrived.wait(for: 1)
      let error = try await failure { try await client.send(careful(server.url("/status/200"))) }
      #expect(error.code == .refusedAddress && server.requests.count == 1)
      server.openGate()
      let status = try await first.status
      #expect(status == 200)
    }
  }

  @Test func aMailServer() async throws {
    let client = try trustingClient()
    try await MailPost.with { post in
      var mail = MailTransfer.sample(to: post.server(host: "localhost"))
      mail.deniesPrivateAddresses = true
      let error = try await failure { [mail] in try await client.send(mail) }
      #expect(error.code == .refusedAddress && !error.mayHaveBeenSent && post.connected.count == 0)
    }
  }
}
