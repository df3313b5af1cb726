import CurlClient
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct MailFailureTests {
  private let client: CurlClient
  private let login = MailServer.Login(user: "tocsin", password: "secret")

  init() throws {
    client = try trustingClient()
  }

  /// The steps at which a server can refuse a mail.
  private static let steps = ["GREETING", "MAIL", "RCPT bob@example.org", "DATA", "MESSAGE"]

  @Test(arguments: steps, [421, 451, 550, 554])
  func refused(step: String, code: Int) async throws {
    try await MailPost.with(.init(replies: [step: .say("\(code) no")])) { post in
      let error = try await failure { try await client.send(.sample(to: post.server())) }
      #expect(error.code == .mailRefused && !error.mayHaveBeenSent)
      #expect(error.reply == MailReply(code: code, text: "no"))
      #expect(error.refusedRecipients.count == (step.hasPrefix("RCPT") ? 1 : 0))
    }
  }

  @Test(arguments: ["535 5.7.8 wrong", "454 4.7.0 not now"])
  func theLogInIsRefused(reply: String) async throws {
    try await MailPost.with(.init(extensions: ["AUTH PLAIN"], replies: ["LOGIN": .say(reply)])) { post in
      let error = try await failure { try await client.send(.sample(to: post.server(login: login))) }
      #expect(error.code == .authentication && !error.mayHaveBeenSent)
      #expect(error.reply?.code == Int(reply.prefix(3)))
    }
  }

  @Test func noCommonMechanism() async throws {
    try await MailPost.with(.init(extensions: ["AUTH CRAM-MD5 XOAUTH2"])) { post in
      let error = try await failure { try await client.send(.sample(to: post.server(login: login))) }
      #expect(error.code == .authentication && error.reply == nil)
      #expect(post.tally("AUTH").count == 0)
    }
  }

  @Test(arguments: steps)
  func theServerHangsUp(step: String) async throws {
    try await MailPost.with(.init(replies: [step: .close])) { post in
      let error = try await failure { try await client.send(.sample(to: post.server())) }
      #expect([.receiveFailed, .sendFailed, .protocolError].contains(error.code), "\(error)")
      #expect(error.mayHaveBeenSent == (step == "MESSAGE") && error.reply == nil)
    }
  }

  @Test(arguments: steps)
  func theServerHangs(step: String) async throws {
    try await MailPost.with(.init(replies: [step: .hang])) { post in
      let task = Task { try await client.send(.sample(to: post.server())) }
      await post.tally(step).wait(for: 1)
      task.cancel()
      let error = try await failure { try await task.value }
      #expect(error.code == .cancelled && error.mayHaveBeenSent == (step == "MESSAGE"))
      await post.disconnected.wait(for: 1)
    }
  }

  @Test(arguments: ["GREETING", "MAIL", "RCPT bob@example.org"])
  func notForever(step: String) async throws {
    try await MailPost.with(.init(replies: [step: .hang])) { post in
      let error = try await failure { try await client.send(.sample(to: post.server(), timeout: .seconds(1))) }
      #expect(error.code == .timedOut && !error.mayHaveBeenSent)
    }
  }

  @Test func theConnectionIsNotThereInTime() async throws {
    try await MailPost.with(.init(replies: ["EHLO": .hang])) { post in
      var mail = MailTransfer.sample(to: post.server())
      mail.connectTimeout = .milliseconds(300)
      let error = try await failure { [mail] in try await client.send(mail) }
      #expect(error.code == .connectTimedOut && !error.mayHaveBeenSent)
    }
  }

  @Test func aServerThatRefusesAndThenDoesNotAnswerQuit() async throws {
    let script = MailPost.Script(replies: ["RCPT bob@example.org": .say("550 no"), "QUIT": .hang])
    try await MailPost.with(script) { post in
      let error = try await failure { try await client.send(.sample(to: post.server(), timeout: .seconds(120))) }
      #expect(error.code == .mailRefused && error.reply?.code == 550)
    }
  }

  @Test func aServerThatHangsHoldsUpNobodyElse() async throws {
    try await MailPost.with(.init(replies: ["MESSAGE": .hang])) { stuck in
      let mails = (0..<6).map { _ in Task { try await client.send(.sample(to: stuck.server())) } }
      // That many may go to one server.
      await stuck.tally("MESSAGE").wait(for: 4)
      try await MailPost.with { post in
        _ = try await client.send(.sample(to: post.server()))
        #expect(post.messages.withLock { $0.count } == 1)
      }
      try await WebServer.with { server in
        let response = try await client.send(.get(server.url("/status/200")))
        #expect(response.status == 200)
      }
      #expect(stuck.connected.count == 4)
      for mail in mails { mail.cancel() }
      for mail in mails {
        let error = try await failure { try await mail.value }
        #expect(error.code == .cancelled)
      }
    }
  }

  @Test func theNextServerDoesNotWaitForTheLastOne() async throws {
    let client = try trustingClient { $0.maximumMailTransfers = 1 }
    try await MailPost.with(.init(replies: ["QUIT": .hang])) { first in
      try await MailPost.with { second in
        _ = try await client.send(.sample(to: first.server()))
        let response = try await client.send(.sample(to: second.server(), timeout: .seconds(120)))
        #expect(response.reply.code == 250)
        await first.disconnected.wait(for: 1)
      }
    }
  }

  /// libcurl alone would end the message where it was cut off, and the server would deliver half a mail.
  @Test func aMailThatIsCutOffIsNotDelivered() async throws {
    try await MailPost.with(.init(stopsReading: true)) { post in
      let message = String(repeating: String(repeating: "x", count: 70) + "\r\n", count: 250_000)
      let task = Task { try await client.send(.sample(to: post.server(), message: message)) }
      await post.tally("DATA").wait(for: 1)
      task.cancel()
      let error = try await failure { try await task.value }
      #expect(error.code == .cancelled && !error.mayHaveBeenSent)
      try await post.resumeReading()
      await post.disconnected.wait(for: 1)
      #expect(post.messages.withLock { $0 }.isEmpty && post.tally("MESSAGE").count == 0)
      #expect(post.messageBytes.load(ordering: .relaxed) < message.utf8.count)
    }
  }

  @Test func noTLSWhereItIsRequired() async throws {
    try await MailPost.with { post in
      let error = try await failure { try await client.send(.sample(to: post.server(.startTLS, login: login))) }
      #expect(error.code == .tls && !error.mayHaveBeenSent)
      #expect(post.commands.withLock { $0 }.allSatisfy { !$0.hasPrefix("AUTH") && !$0.hasPrefix("MAIL") })
      #expect(try await client.send(.sample(to: post.server(.startTLSIfOffered))).reply.code == 250)
    }
  }

  @Test(arguments: [MailServer.Encryption.startTLS, .startTLSIfOffered, .implicit])
  func anUnknownAuthority(encryption: MailServer.Encryption) async throws {
    let client = try CurlClient()
    let script = MailPost.Script(encryption: encryption == .implicit ? .implicit : .startTLS)
    try await MailPost.with(script) { post in
      let error = try await failure { try await client.send(.sample(to: post.server(encryption))) }
      #expect(error.code == .untrusted && !error.mayHaveBeenSent && post.tally("MAIL").count == 0)
    }
  }
}
