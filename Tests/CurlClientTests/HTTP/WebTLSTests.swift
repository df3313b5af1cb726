import CurlClient
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct WebTLSTests {
  @Test(arguments: ["localhost", "127.0.0.1"])
  func aTrustedCertificateOfTheRightName(host: String) async throws {
    let client = try trustingClient()
    try await WebServer.with(.tls) { server in
      let response = try await client.send(.get(server.url("/status/200", host: host)))
      #expect(response.status == 200 && response.version == .http11 && response.timings.tls > .zero)
    }
  }

  @Test func anUnknownAuthority() async throws {
    let client = try CurlClient()
    try await WebServer.with(.tls) { server in
      // Many at once: those that wait for the first one's connection hear of its failure, too.
      try await withThrowingTaskGroup(of: CurlError.self) { group in
        for _ in 0..<20 {
          group.addTask { try await failure { try await client.send(.get(server.url("/status/200"))) } }
        }
        for try await error in group { #expect(error.code == .untrusted && !error.mayHaveBeenSent) }
      }
      #expect(server.requests.isEmpty)
    }
  }

  @Test func aNameThatTheCertificateDoesNotHave() async throws {
    let client = try trustingClient()
    try await WebServer.with(.tls) { server in
      // Another name for the same host, which needs no name server.
      let error = try await failure { try await client.send(.get(server.url("/status/200", host: "a.localhost"))) }
      #expect(error.code == .untrusted && !error.mayHaveBeenSent && server.requests.isEmpty)
    }
  }

  @Test func anAuthorityFileThatIsNotThere() async throws {
    let client = try trustingClient { $0.authoritiesFile = "/nowhere/ca.pem" }
    try await WebServer.with(.tls) { server in
      let error = try await failure { try await client.send(.get(server.url("/status/200"))) }
      #expect(error.code == .tls && !error.mayHaveBeenSent)
    }
  }

  @Test func aServerWithoutTLS() async throws {
    let client = try trustingClient()
    try await RawServer.with("HTTP/1.1 400 Bad Request\r\n\r\n") { server in
      let error = try await failure { try await client.send(.get("https://127.0.0.1:\(server.port)/")) }
      #expect(error.code == .tls && !error.mayHaveBeenSent)
    }
  }

  @Test func oneConnectionCarriesManyTransfers() async throws {
    let client = try trustingClient()
    try await WebServer.with(.http2) { server in
      try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
        for _ in 0..<80 { group.addTask { try await client.send(.get(server.url("/gate"))) } }
        await server.arrived.wait(for: 80)
        server.openGate()
        for try await response in group { #expect(response.status == 200 && response.version == .http2) }
      }
      #expect(server.connected.count == 1)
    }
  }

  @Test func cancellingOneOfManyLeavesTheOthers() async throws {
    let client = try trustingClient()
    try await WebServer.with(.http2) { server in
      let doomed = Task { try await client.send(.get(server.url("/hang"))) }
      await server.arrived.wait(for: 1)
      async let other = client.send(.get(server.url("/gate")))
      await server.arrived.wait(for: 2)
      doomed.cancel()
      let error = try await failure { try await doomed.value }
      #expect(error.code == .cancelled)
      server.openGate()
      let status = try await other.status
      #expect(status == 200 && server.connected.count == 1)
    }
  }
}
