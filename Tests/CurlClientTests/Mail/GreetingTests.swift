import Synchronization
import Testing

@testable import CurlClient

@Suite(.timeLimit(.minutes(10))) struct GreetingTests {
  @Test(arguments: [
    ("mail.example.org", ["10.0.0.7"], "mail.example.org"), ("tocsin-0", ["127.0.0.1", "10.0.0.7"], "[10.0.0.7]"),
    ("", ["fe80::1", "2a00:1450::1"], "[IPv6:2a00:1450::1]"),
    ("localhost", ["::1", "fd00::5", "192.168.1.2"], "[192.168.1.2]"),
    ("tocsin", [], "[127.0.0.1]"), ("tocsin", ["169.254.1.1", "127.0.0.1"], "[127.0.0.1]"),
    ("10.0.0.7", [], "[127.0.0.1]"),
    ("my_host.example.org", ["10.0.0.7"], "[10.0.0.7]"), ("a..b", ["10.0.0.7"], "[10.0.0.7]"),
    ("a.", [], "[127.0.0.1]"),
  ])
  func isAFullNameOrAnAddress(_ name: String, _ addresses: [String], _ greeting: String) {
    #expect(GreetingName.choose(hostName: name, addresses: addresses.compactMap { NetworkAddress($0) }) == greeting)
  }

  @Test func thisHostsIsOneThatServersTake() async throws {
    let client = try trustingClient()
    try await MailPost.with { post in
      var server = post.server()
      server.greetingName = nil
      _ = try await client.send(.sample(to: server))
      let greeting = try #require(post.commands.withLock { $0.first }).dropFirst("EHLO ".count)
      let isLiteral = greeting.hasPrefix("[") && greeting.hasSuffix("]")
      #expect(isLiteral || GreetingName.isFull(String(greeting)), "\(greeting)")
    }
  }

  @Test func aRefusedNameSaysThatTheMailHadNotBegun() async throws {
    let client = try trustingClient()
    let no = MailPost.Reply.say("504 5.5.2 need fully-qualified hostname")
    try await MailPost.with(.init(replies: ["EHLO": no, "HELO": no])) { post in
      let error = try await failure { try await client.send(.sample(to: post.server())) }
      #expect(error.reply?.code == 504 && error.isRefusedAtOnce && !error.mayHaveBeenSent)
    }
    try await MailPost.with(.init(replies: ["MAIL": .say("550 5.7.1 no")])) { post in
      let error = try await failure { try await client.send(.sample(to: post.server())) }
      #expect(error.reply?.code == 550 && !error.isRefusedAtOnce)
    }
  }

  /// Not libcurl's or the client's own limits for a part of it.
  @Test(arguments: ["GREETING", "EHLO", "LOGIN", "MAIL", "MESSAGE"]) func theTimeoutAloneLimitsAStep(
    _ step: String
  ) async throws {
    let client = try trustingClient()
    try await MailPost.with(.init(extensions: ["AUTH PLAIN"], replies: [step: .hang])) { post in
      let server = post.server(login: MailServer.Login(user: "tocsin", password: "secret"))
      var mail = MailTransfer(server: server, sender: "a@example.org", recipients: ["b@example.org"], message: [])
      #expect(mail.connectTimeout == nil)
      mail.timeout = .seconds(2)
      let error = try await failure { [mail] in try await client.send(mail) }
      #expect(error.code == .timedOut)
    }
  }
}

@Suite(.timeLimit(.minutes(10))) struct MailCertificateTests {
  @Test(arguments: [MailServer.Encryption.startTLS, .startTLSIfOffered, .implicit])
  func anyCertificateIsTakenWhereNoneIsVerified(_ encryption: MailServer.Encryption) async throws {
    let client = try CurlClient()
    let script = MailPost.Script(encryption: encryption == .implicit ? .implicit : .startTLS)
    try await MailPost.with(script) { post in
      var server = post.server(encryption)
      server.verifiesCertificate = false
      let response = try await client.send(.sample(to: server))
      #expect(response.reply.code == 250)
      // A mail that asks for more does not go over that connection.
      let error = try await failure { try await client.send(.sample(to: post.server(encryption))) }
      #expect(error.code == .untrusted && post.messages.withLock { $0.count } == 1)
    }
  }
}
