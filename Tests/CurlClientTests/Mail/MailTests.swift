import CurlClient
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct MailTests {
  private let client: CurlClient
  private let login = MailServer.Login(user: "tocsin", password: "pass word")

  init() throws {
    client = try trustingClient()
  }

  private func commands(_ post: MailPost) -> [String] { post.commands.withLock { $0 } }
  private func messages(_ post: MailPost) -> [String] { post.messages.withLock { $0 } }

  @Test func aMailIsTaken() async throws {
    try await MailPost.with { post in
      let message = "Subject: a\r\n\r\n.dot\r\n..\r\n.\r\nend\r\n"
      let recipients = ["bob@example.org", "carol@example.org"]
      let response = try await client.send(.sample(to: post.server(), recipients: recipients, message: message))
      #expect(response.reply == MailReply(code: 250, text: "2.0.0 queued as 4711"))
      #expect(response.refusedRecipients.isEmpty && response.timings.total > .zero)
      #expect(messages(post) == [message])
      #expect(
        commands(post) == [
          "EHLO tests.example.org", "MAIL FROM:<tocsin@example.org> SIZE=\(message.utf8.count)",
          "RCPT TO:<bob@example.org>", "RCPT TO:<carol@example.org>", "DATA",
        ])
    }
  }

  @Test(arguments: [".\r\n", ".a\r\n..b\r\n", "no line end", "", "\r\n.\r\n.\r\n"])
  func dots(message: String) async throws {
    try await MailPost.with { post in
      _ = try await client.send(.sample(to: post.server(), message: message))
      #expect(messages(post) == [message.hasSuffix("\r\n") || message.isEmpty ? message : message + "\r\n"])
    }
  }

  @Test func aLargeMail() async throws {
    try await MailPost.with { post in
      let message = String(repeating: String(repeating: ".", count: 70) + "\r\n", count: 50_000)
      _ = try await client.send(.sample(to: post.server(), message: message))
      #expect(messages(post) == [message])
    }
  }

  @Test func aMailFromNobody() async throws {
    try await MailPost.with { post in
      var mail = MailTransfer.sample(to: post.server())
      mail.sender = ""
      _ = try await client.send(mail)
      #expect(commands(post).contains { $0.hasPrefix("MAIL FROM:<>") })
    }
  }

  @Test func connectionsAreKept() async throws {
    try await MailPost.with { post in
      let first = try await client.send(.sample(to: post.server()))
      let second = try await client.send(.sample(to: post.server()))
      #expect(!first.timings.isConnectionReused && second.timings.isConnectionReused)
      #expect(post.connected.count == 1 && messages(post).count == 2)
    }
  }

  @Test func aKeptConnectionThatTheServerClosed() async throws {
    try await MailPost.with { post in
      _ = try await client.send(.sample(to: post.server()))
      try await post.hangUp()
      _ = try await client.send(.sample(to: post.server()))
      #expect(post.connected.count == 2 && messages(post).count == 2)
    }
  }

  @Test func aFewAtOnce() async throws {
    let client = try trustingClient { $0.maximumMailTransfers = 3 }
    try await MailPost.with { post in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<30 { group.addTask { _ = try await client.send(.sample(to: post.server())) } }
        try await group.waitForAll()
      }
      #expect(messages(post).count == 30 && post.mostConnections.load(ordering: .relaxed) <= 3)
    }
  }

  @Test(arguments: [
    ("AUTH PLAIN LOGIN", "|tocsin|pass word"), ("AUTH LOGIN", "pass word"),
    ("AUTH CRAM-MD5 PLAIN", "|tocsin|pass word"),
  ])
  func logIn(offer: String, expected: String) async throws {
    try await MailPost.with(.init(extensions: [offer])) { post in
      _ = try await client.send(.sample(to: post.server(login: login)))
      #expect(commands(post).contains(expected) && messages(post).count == 1)
    }
  }

  @Test(arguments: [MailServer.Encryption.startTLS, .startTLSIfOffered, .implicit])
  func encrypted(encryption: MailServer.Encryption) async throws {
    let script = MailPost.Script(
      encryption: encryption == .implicit ? .implicit : .startTLS, extensions: ["AUTH PLAIN"])
    try await MailPost.with(script) { post in
      for _ in 0..<2 {
        let response = try await client.send(.sample(to: post.server(encryption, host: "localhost", login: login)))
        #expect(response.timings.isConnectionReused == (messages(post).count == 2))
      }
      #expect(commands(post).count { $0 == "STARTTLS" } == (encryption == .implicit ? 0 : 1))
      #expect(commands(post).contains("|tocsin|pass word") && messages(post).count == 2)
    }
  }

  @Test func anotherLogInNeedsAnotherConnection() async throws {
    let client = try trustingClient { $0.maximumMailTransfers = 1 }
    try await MailPost.with(.init(extensions: ["AUTH PLAIN"])) { post in
      _ = try await client.send(.sample(to: post.server(login: login)))
      _ = try await client.send(.sample(to: post.server(login: .init(user: "other", password: "x"))))
      #expect(commands(post).contains("|other|x") && post.connected.count == 2)
    }
  }

  @Test func someRecipientsAreRefused() async throws {
    let script = MailPost.Script(replies: [
      "RCPT b@example.org": .say("550-5.1.1 who\r\n550 5.1.1 is that?"), "RCPT d@example.org": .say("452 4.2.2 full"),
    ])
    try await MailPost.with(script) { post in
      let recipients = ["a", "b", "c", "d"].map { $0 + "@example.org" }
      var mail = MailTransfer.sample(to: post.server(), recipients: recipients)
      let response = try await client.send(mail)
      #expect(
        response.refusedRecipients == [
          RefusedRecipient(recipient: recipients[1], reply: MailReply(code: 550, text: "5.1.1 who\n5.1.1 is that?")),
          RefusedRecipient(recipient: recipients[3], reply: MailReply(code: 452, text: "4.2.2 full")),
        ])
      mail.allowsRefusedRecipients = false
      let error = try await failure { [mail] in try await client.send(mail) }
      #expect(error.code == .mailRefused && error.reply?.code == 550 && !error.mayHaveBeenSent)
      #expect(error.refusedRecipients.map(\.recipient) == [recipients[1]])
      #expect(messages(post).count == 1)
    }
  }
}
