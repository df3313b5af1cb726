import CurlClient
import FakeServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct WebFailureTests {
  private let client: CurlClient

  init() throws {
    client = try trustingClient()
  }

  @Test func aServerThatHangs() async throws {
    try await WebServer.with { server in
      let error = try await failure { try await client.send(.get(server.url("/hang"), timeout: .seconds(4))) }
      #expect(error.code == .timedOut && error.mayHaveBeenSent && error.partialResponse == nil)
      await server.disconnected.wait(for: 1)
    }
  }

  @Test func aServerThatTrickles() async throws {
    try await WebServer.with { server in
      let error = try await failure { try await client.send(.get(server.url("/trickle"), timeout: .seconds(4))) }
      #expect(error.code == .timedOut && error.mayHaveBeenSent)
      #expect(error.partialResponse?.status == 200 && error.partialResponse?.body.first == UInt8(ascii: "x"))
    }
  }

  @Test func aConnectionThatIsNotMade() async throws {
    // TLS is part of the connection, and nobody answers its first words.
    try await RawServer.with(nil) { server in
      var request = HTTPTransfer.get("https://127.0.0.1:\(server.port)/")
      request.connectTimeout = .milliseconds(300)
      let error = try await failure { try await client.send(request) }
      #expect(error.code == .connectTimedOut && !error.mayHaveBeenSent)
    }
  }

  @Test func timeInLineCounts() async throws {
    let client = try trustingClient { $0.maximumConnectionsPerHost = 1 }
    try await WebServer.with { server in
      async let first = client.send(.get(server.url("/gate")))
      await server.arrived.wait(for: 1)
      let error = try await failure { try await client.send(.get(server.url("/gate"), timeout: .milliseconds(200))) }
      #expect(error.code == .timedOut && !error.mayHaveBeenSent)
      server.openGate()
      let status = try await first.status
      #expect(status == 200)
      #expect(server.requests.count == 1)
    }
  }

  @Test func aServerThatResets() async throws {
    try await WebServer.with { server in
      let error = try await failure { try await client.send(.get(server.url("/reset"))) }
      #expect(error.code == .receiveFailed && error.mayHaveBeenSent)
    }
  }

  @Test func aBodyThatIsCutOff() async throws {
    try await WebServer.with { server in
      let error = try await failure { try await client.send(.get(server.url("/partial"))) }
      #expect(error.code == .receiveFailed && error.mayHaveBeenSent)
      #expect(error.partialResponse?.status == 200 && error.partialResponse?.body == Array("0123456789".utf8))
    }
  }

  @Test(arguments: ["nonsense\r\n\r\n", "220 mail.example.org ready\r\n"])
  func whatIsNotHTTP(answer: String) async throws {
    try await RawServer.with(answer) { server in
      let error = try await failure { try await client.send(.get("http://127.0.0.1:\(server.port)/")) }
      #expect(error.code == .protocolError && error.mayHaveBeenSent)
    }
  }

  @Test func nobodyListens() async throws {
    try await ClosedPort.with { url in
      let error = try await failure { try await client.send(.get(url + "/")) }
      #expect(error.code == .couldNotConnect && !error.mayHaveBeenSent)
    }
  }

  @Test func aNameWithoutAnAddress() async throws {
    // Too long a label for any name server to be asked.
    let name = String(repeating: "x", count: 70) + ".example"
    let error = try await failure { try await client.send(.get("http://\(name)/")) }
    #expect(error.code == .couldNotResolve && !error.mayHaveBeenSent)
  }

  @Test func anEndlessBody() async throws {
    try await WebServer.with { server in
      var request = HTTPTransfer.get(server.url("/large/\(100 << 20)"))
      request.maximumResponseBytes = 100_000
      let error = try await failure { try await client.send(request) }
      #expect(error.code == .tooLarge && error.mayHaveBeenSent)
      #expect(error.partialResponse?.status == 200 && error.partialResponse?.body.count == 100_000)
      await server.disconnected.wait(for: 1)
      #expect(server.bytesWritten.load(ordering: .relaxed) < 32 << 20)
    }
  }

  @Test func aBodyOfExactlyTheLimit() async throws {
    try await WebServer.with { server in
      var request = HTTPTransfer.get(server.url("/large/500000"))
      request.maximumResponseBytes = 500_000
      let response = try await client.send(request)
      #expect(response.body.count == 500_000)
    }
  }

  @Test func endlessHeaders() async throws {
    try await WebServer.with { server in
      let error = try await failure { try await client.send(.get(server.url("/headers/90000"))) }
      #expect(error.code == .tooLarge && error.mayHaveBeenSent)
      let response = try await client.send(.get(server.url("/headers/9000")))
      #expect(response.headers["x-long"]?.utf8.count == 9000)
    }
  }

  @Test func cancellingAborts() async throws {
    try await WebServer.with { server in
      let task = Task { try await client.send(.get(server.url("/hang"))) }
      await server.arrived.wait(for: 1)
      task.cancel()
      let error = try await failure { try await task.value }
      #expect(error.code == .cancelled && error.mayHaveBeenSent)
      await server.disconnected.wait(for: 1)
    }
  }

  @Test func cancelledBefore() async throws {
    try await WebServer.with { server in
      let error = try await failure {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.cancelAll()
          group.addTask { _ = try await client.send(.get(server.url("/status/200"))) }
          try await group.waitForAll()
        }
      }
      #expect(error.code == .cancelled && !error.mayHaveBeenSent && server.requests.isEmpty)
    }
  }

  @Test func cancellingAtAnyTime() async throws {
    try await WebServer.with { server in
      await withTaskGroup(of: Void.self) { group in
        for round in 0..<300 {
          let task = Task { try await client.send(.get(server.url("/status/200"))) }
          group.addTask {
            for _ in 0..<round { await Task.yield() }
            task.cancel()
            _ = await task.result
          }
        }
      }
      let response = try await client.send(.get(server.url("/status/200")))
      #expect(response.status == 200)
    }
  }
}
