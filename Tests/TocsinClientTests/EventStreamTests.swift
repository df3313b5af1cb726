import FakeServer
import Support
import Testing
import TocsinClient
import TocsinCore

@Suite(.timeLimit(.minutes(10))) struct EventStreamTests {
  private var options: EventStream.Options {
    var options = EventStream.Options()
    options.backoff = Backoff(base: .milliseconds(1), cap: .milliseconds(2))
    return options
  }

  @Test func itComesBackAndGoesOnWhereItStood() async throws {
    let script = FakeServer.Script(stream: { request in
      switch request.number {
      case 0: [.send(Samples.connected("e.1-0")), .send(Samples.event("e.2-0"))]
      case 1: [.send(Samples.connected("e.2-0")), .send(Samples.event("e.3-0")), .close(1001)]
      default: [.send(Samples.connected("e.3-0")), .send(Samples.event("e.4-0"))]
      }
    })
    try await FakeServer.with(script) { server in
      let stream = EventStream(servers: try ServerAddress.list(server.url), options: options)
      var events: [String] = []
      var reasons: [String] = []
      for try await element in stream {
        switch element {
        case .message(let message):
          if let id = message.eventID { events.append(id) }
          if events == ["e.2-0"] { server.dropStreams() }
        case .interrupted(let reason, _): reasons.append(reason)
        }
        if events.count == 3 { break }
      }
      #expect(events == ["e.2-0", "e.3-0", "e.4-0"])
      #expect(reasons == ["the connection was lost", "the server is shutting down"])
      #expect(
        server.requests.map(\.target) == [
          "/ws/alerts", "/ws/alerts?last_event_id=e.2-0", "/ws/alerts?last_event_id=e.3-0",
        ])
    }
  }

  @Test func theNextServerTakesOver() async throws {
    let first = FakeServer.Script(stream: { _ in [.send(Samples.connected("e.1-0"))] })
    let second = FakeServer.Script(stream: { _ in [.send(Samples.connected("e.1-0")), .send(Samples.event("e.2-0"))] })
    try await FakeServer.with(first) { one in
      try await FakeServer.with(second) { two in
        let servers = try ServerAddress.list("\(one.url),\(two.url)")
        for try await element in EventStream(servers: servers, options: options) {
          guard case .message(let message) = element else { continue }
          if message.eventID == "e.2-0" { break }
          one.dropStreams()
        }
        #expect(two.requests.map(\.target) == ["/ws/alerts?last_event_id=e.1-0"])
      }
    }
  }

  @Test func aRefusalSaysWhatTheServerSaid() async throws {
    let script = FakeServer.Script(answer: { _ in
      .answer(403, Samples.problem(403, title: "Forbidden", detail: "not for you"), type: "application/problem+json")
    })
    try await FakeServer.with(script) { server in
      let stream = EventStream(servers: try ServerAddress.list(server.url), options: options)
      do {
        for try await _ in stream { Issue.record("it gave something") }
        Issue.record("it ended")
      } catch {
        let error = try #require(error as? ClientError)
        #expect(error.code == .refused)
        #expect(error.status == 403)
        #expect(error.reason == "Forbidden: not for you")
      }
    }
  }

  @Test func noServerAtFirstIsAnError() async throws {
    try await ClosedPort.with { url in
      let servers = try ServerAddress.list(url)
      await #expect {
        for try await _ in EventStream(servers: servers, options: options) {}
      } throws: { error in
        (error as? ClientError)?.code == .unreachable
      }
    }
  }

  @Test func cancellingTheReaderEndsIt() async throws {
    let script = FakeServer.Script(stream: { _ in [.send(Samples.connected("e.1-0"))] })
    try await FakeServer.with(script) { server in
      let stream = EventStream(servers: try ServerAddress.list(server.url), options: options)
      let (started, signal) = AsyncStream.makeStream(of: Void.self)
      let reader = Task {
        for try await _ in stream { signal.yield() }
        return true
      }
      for await _ in started { break }
      reader.cancel()
      #expect(try await reader.value)
    }
  }

  @Test func manyMessagesAreAllRead() async throws {
    let script = FakeServer.Script(stream: { _ in
      [.send(Samples.connected("e.0-0"))] + (1...2000).map { .send(Samples.event("e.\($0)-0")) }
    })
    try await FakeServer.with(script) { server in
      var count = 0
      for try await element in EventStream(servers: try ServerAddress.list(server.url), options: options) {
        if case .message(let message) = element, case .alert = message.kind { count += 1 }
        if count == 2000 { break }
      }
      #expect(count == 2000)
    }
  }
}
