import FakeServer
import Testing
import TocsinCore
import TocsinJSON

@testable import tocsin

@Suite(.timeLimit(.minutes(10))) struct BenchRunTests {
  private let quiet = "{\"alerts_triggered\":0,\"alerts\":[],\"persisted\":true}"

  private func json(_ result: CommandRun) throws -> JSONObject {
    let text = try #require(result.output.last)
    return try #require(try JSON(parsing: text).object)
  }

  @Test func anOpenLoopSendsEveryRequestOnce() async throws {
    let answer = quiet
    try await FakeServer.with(FakeServer.Script(answer: { _ in .answer(200, answer) })) { server in
      let result = await run([
        "bench", "checks", "--rate", "200", "--duration", "0.5", "--connections", "4", "--fire", "--json", "--url",
        server.url,
      ])
      #expect(result.status == .done)
      let report = try json(result)
      #expect(report["requests"] == 100)
      #expect(report["errors"] == [:])
      #expect(report["latency_ms"]?.object?["p99.9"]?.double != nil)
      #expect(server.requests.count == 100)
      #expect(Set(server.requests.map(\.body)).count == 100)
    }
  }

  @Test func aClosedLoopEndsInTimeAndCountsErrors() async throws {
    let answer = quiet
    let script = FakeServer.Script(answer: { request in
      switch request.number % 4 {
      case 0: .answer(200, answer)
      case 1: .chunks(200, ["{\"alerts_triggered\":", "1}"])
      case 2: .answer(503, "{}", headers: ["connection": "close"])
      default: .drop
      }
    })
    try await FakeServer.with(script) { server in
      let result = await run([
        "bench", "checks", "--concurrency", "3", "--duration", "0.5", "--json", "--url", server.url,
      ])
      let report = try json(result)
      #expect(result.status == .done)
      #expect((report["errors"]?.object?["503"]?.double ?? 0) > 0)
      #expect((report["errors"]?.object?["connection_lost"]?.double ?? 0) > 0)
      #expect((report["alerts"]?.double ?? 0) > 0)
    }
  }

  @Test func aServerThatDoesNotAnswerIsCounted() async throws {
    try await FakeServer.with(FakeServer.Script(answer: { _ in .silence })) { server in
      let result = await run([
        "bench", "checks", "--rate", "20", "--duration", "0.2", "--connections", "1", "--timeout", "0.2", "--json",
        "--url", server.url,
      ])
      #expect(result.status == .refused)
      let errors = try #require(try json(result)["errors"]?.object)
      #expect(errors.members.reduce(0) { $0 + ($1.value.double ?? 0) } == 4, "\(errors)")
    }
  }

  @Test func noServerIsThree() async {
    await ClosedPort.with { url in
      let result = await run(["bench", "checks", "--rate", "10", "--url", url])
      #expect(result.status == .unreachable)
      #expect(result.errors.first == "tocsin: \(url): connection refused")
      #expect(await run(["bench", "stream", "--url", url]).status == .unreachable)
    }
  }

  @Test func aStreamThatGetsNothingMissesEverything() async throws {
    let script = FakeServer.Script(
      stream: { _ in [.send(Samples.connected("e.1-0"))] },
      answer: { _ in .answer(200, "{\"alerts_triggered\":1,\"alerts\":[]}") })
    try await FakeServer.with(script) { server in
      let result = await run([
        "bench", "stream", "--clients", "3", "--rate", "20", "--duration", "0.2", "--drain", "0", "--json", "--url",
        server.url,
      ])
      #expect(result.status == .refused)
      let report = try json(result)
      #expect(report["clients_connected"] == 3)
      #expect(report["published"] == 4)
      #expect(report["expected"] == 12)
      #expect(report["missing"] == 12)
    }
  }
}
