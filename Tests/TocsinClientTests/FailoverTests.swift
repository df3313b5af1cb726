import FakeServer
import Testing
import TocsinClient
import TocsinCore

@Suite(.timeLimit(.minutes(10))) struct FailoverTests {
  private let rules = FakeServer.Script(answer: { _ in .answer(200, "{\"rules\":[],\"count\":0}") })
  private let check = Check(metricName: "m", metricValue: 1, entity: Entity(campaignID: "c"), campaignName: "c")

  private func with(
    _ first: FakeServer.Script, _ second: FakeServer.Script, timeout: Duration = .seconds(120),
    _ body: (FakeServer, FakeServer, TocsinClient) async throws -> Void
  ) async throws {
    try await FakeServer.with(first) { one in
      try await FakeServer.with(second) { two in
        let client = try TocsinClient(urls: ["\(one.url),\(two.url)"], timeout: timeout)
        do { try await body(one, two, client) } catch {
          await client.shutdown()
          throw error
        }
        await client.shutdown()
      }
    }
  }

  @Test func theNextServerIsAskedAndRemembered() async throws {
    try await with(FakeServer.Script(answer: { _ in .drop }), rules) { one, two, client in
      _ = try await client.rules()
      _ = try await client.rules()
      #expect(one.requests.count == 1)
      #expect(two.requests.count == 2)
    }
  }

  @Test func aBusyServerSendsReadersOn() async throws {
    try await with(FakeServer.Script(answer: { _ in .answer(503, "{\"title\":\"away\"}") }), rules) { _, two, client in
      _ = try await client.rules()
      #expect(two.requests.count == 1)
    }
  }

  @Test func aCheckThatMayHaveFiredIsNotSentAgain() async throws {
    let answer = FakeServer.Script(answer: { _ in .answer(200, "{\"alerts\":[]}") })
    try await with(FakeServer.Script(answer: { _ in .drop }), answer) { one, two, client in
      await #expect { _ = try await client.check(check) } throws: { ($0 as? ClientError)?.code == .connectionLost }
      #expect(one.requests.count == 1)
      #expect(two.requests.isEmpty)
    }
  }

  @Test func aCheckThatWasNotSentGoesToTheNext() async throws {
    let answer = FakeServer.Script(answer: { _ in .answer(200, "{\"alerts\":[]}") })
    try await ClosedPort.with { closed in
      try await FakeServer.with(answer) { server in
        let client = try TocsinClient(urls: [closed, server.url])
        do {
          #expect(try await client.check(check).value.alerts.isEmpty)
        } catch {
          Issue.record(error)
        }
        await client.shutdown()
      }
    }
  }

  @Test func noServerAtAllNamesThemAll() async throws {
    try await ClosedPort.with { one in
      try await ClosedPort.with { two in
        let client = try TocsinClient(urls: [one, two])
        await #expect {
          _ = try await client.rules()
        } throws: { error in
          (error as? ClientError)?.code == .unreachable
            && "\(error)" == "\(one): connection refused; \(two): connection refused"
        }
        await client.shutdown()
      }
    }
  }

  @Test func aSilentServerIsGivenUp() async throws {
    let silent = FakeServer.Script(answer: { _ in .silence })
    try await with(silent, silent, timeout: .milliseconds(50)) { _, _, client in
      await #expect { _ = try await client.rules() } throws: { ($0 as? ClientError)?.code == .timedOut }
    }
  }

  @Test func anUnknownHost() async throws {
    let client = try TocsinClient(urls: ["http://nowhere.invalid:1"])
    await #expect { _ = try await client.rules() } throws: { error in
      (error as? ClientError)?.code == .unreachable && "\(error)".contains("nowhere.invalid is unknown")
    }
    await client.shutdown()
  }
}
