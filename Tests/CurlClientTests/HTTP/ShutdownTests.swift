import CurlClient
import NIOCore
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

@Suite(.timeLimit(.minutes(10))) struct ShutdownTests {
  @Test func transfersMayEnd() async throws {
    let client = try trustingClient()
    try await WebServer.with { server in
      try await MailPost.with { post in
        try await testGracefulShutdown { trigger in
          async let run: Void = client.run()
          _ = try await client.send(MailTransfer.sample(to: post.server()))
          async let response = client.send(.get(server.url("/gate")))
          await server.arrived.wait(for: 1)
          trigger.triggerGracefulShutdown()
          // The idle connection goes first, with its good-bye.
          await post.tally("QUIT").wait(for: 1)
          let error = try await failure { try await client.send(.get(server.url("/status/200"))) }
          #expect(error.code == .closed && !error.mayHaveBeenSent)
          server.openGate()
          let status = try await response.status
          #expect(status == 200)
          try await run
          await server.disconnected.wait(for: 1)
          let late = try await failure { try await client.send(MailTransfer.sample(to: post.server())) }
          #expect(late.code == .closed && !late.mayHaveBeenSent)
        }
      }
    }
  }

  @Test func notForever() async throws {
    let client = try trustingClient { $0.shutdownLimit = .milliseconds(100) }
    try await WebServer.with { server in
      try await MailPost.with(.init(replies: ["MESSAGE": .hang])) { post in
        try await testGracefulShutdown { trigger in
          async let run: Void = client.run()
          async let request = failure { try await client.send(.get(server.url("/hang"))) }
          async let mail = failure { try await client.send(MailTransfer.sample(to: post.server())) }
          await server.arrived.wait(for: 1)
          await post.tally("MESSAGE").wait(for: 1)
          trigger.triggerGracefulShutdown()
          for error in try await [request, mail] { #expect(error.code == .closed && error.mayHaveBeenSent) }
          try await run
          await post.disconnected.wait(for: 1)
        }
      }
    }
  }

  @Test func aMailServerThatDoesNotAnswerQuit() async throws {
    let client = try trustingClient { $0.shutdownLimit = .milliseconds(100) }
    try await MailPost.with(.init(replies: ["QUIT": .hang])) { post in
      try await testGracefulShutdown { trigger in
        async let run: Void = client.run()
        _ = try await client.send(MailTransfer.sample(to: post.server()))
        trigger.triggerGracefulShutdown()
        try await run
        await post.disconnected.wait(for: 1)
      }
    }
  }

  @Test func cancellingRunAborts() async throws {
    let client = try trustingClient()
    try await WebServer.with { server in
      let run = Task { try await client.run() }
      async let request = failure { try await client.send(.get(server.url("/hang"))) }
      await server.arrived.wait(for: 1)
      run.cancel()
      let error = try await request
      #expect(error.code == .closed && error.mayHaveBeenSent)
      try await run.value
      try await client.run()
    }
  }

  @Test func aClientThatIsLetGoClosesItsConnections() async throws {
    try await WebServer.with { server in
      let response = try await trustingClient().send(.get(server.url("/status/200")))
      #expect(response.status == 200)
      await server.disconnected.wait(for: 1)
    }
  }
}
