import CurlClient
import FakeServer
import Logging
import TestLog
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinNotifiers

@Suite struct WebSendTests {
  private static let secret = "hunter2-deep-secret"

  /// Sends the sample through one channel to a server of that script.
  private func send(
    _ reply: FakeServer.Reply, timeout: Duration = .seconds(30),
    options: TargetOptions = TargetOptions(timeout: .seconds(30))
  ) async throws -> (outcome: DeliveryOutcome, requests: [FakeServer.Request]) {
    try await FakeServer.with(FakeServer.Script { _ in reply }) { server in
      let settings = WebhookSettings(urls: [Secret("\(server.url)/\(Self.secret)")], options: options)
      let receiver = ReceiverSettings(name: "ops", channels: [.webhook(settings)])
      let notifier = ChannelNotifier(client: try CurlClient(), receivers: [receiver], logger: Logger(label: "test"))
      let outcome = await notifier.send(Samples.notification(target: receiver.targets[0].name), timeout: timeout)
      #expect(!"\(outcome)".contains("hunter2"))
      return (outcome, server.requests)
    }
  }

  @Test(arguments: [
    (200, "delivered"), (204, "delivered"), (301, "permanent"), (400, "permanent"), (404, "permanent"),
    (429, "retryable"), (500, "retryable"), (503, "retryable"),
  ])
  func aStatusIsWhatCounts(_ status: Int, _ name: String) async throws {
    let reply = FakeServer.Reply.answer(
      status, status == 204 ? "" : "{}", headers: ["location": "/elsewhere", "retry-after": "7"])
    let sent = try await send(reply)
    #expect(sent.outcome.name == name)
    #expect(sent.outcome.status == status)
    #expect(sent.requests.count == 1)
    #expect(try JSON(parsing: sent.requests.first?.body ?? "") == Samples.alert().json)
    if case .retryable(let failure, let after) = sent.outcome {
      #expect(after == .seconds(7))
      #expect(failure.mayHaveArrived == (status >= 500))
    }
  }

  @Test func goneIsGone() async throws {
    guard case .gone(let failure) = try await send(.answer(410, "")).outcome else { return #expect(Bool(false)) }
    #expect(failure.status == 410)
  }

  @Test func aServerThatHangsIsGivenUpInTime() async throws {
    for (timeout, options) in [
      (Duration.milliseconds(300), TargetOptions(timeout: .seconds(30))),
      (.seconds(30), TargetOptions(timeout: .milliseconds(300))),
    ] {
      let sent = try await send(.silence, timeout: timeout, options: options)
      #expect(sent.outcome == .retryable(DeliveryFailure("the server did not answer in time", mayHaveArrived: true)))
    }
  }

  @Test func aConnectionThatBreaksMayHaveDoneIt() async throws {
    guard case .retryable(let failure, nil) = try await send(.drop).outcome else { return #expect(Bool(false)) }
    #expect(failure.mayHaveArrived)
  }

  @Test func ofALongAnswerTheStatusCounts() async throws {
    let part = String(repeating: "x", count: 1 << 20)
    let outcome = try await send(.chunks(200, Array(repeating: part, count: 100))).outcome
    #expect(outcome == .delivered(status: 200))
  }

  @Test func noConnectionIsNoHarm() async throws {
    try await ClosedPort.with { url in
      let receiver = ReceiverSettings(name: "ops", channels: [.webhook(WebhookSettings(urls: [Secret(url)]))])
      let notifier = ChannelNotifier(client: try CurlClient(), receivers: [receiver], logger: Logger(label: "test"))
      let outcome = await notifier.send(Samples.notification(target: receiver.targets[0].name), timeout: .seconds(30))
      #expect(outcome == .retryable(DeliveryFailure("no connection to the host")))
    }
  }

  @Test func aPrivateAddressIsRefusedWhereItIsDenied() async throws {
    let sent = try await send(.answer(200, ""), options: TargetOptions(deniesPrivateAddresses: true))
    #expect(sent.outcome.name == "permanent")
    #expect(sent.outcome.failure?.mayHaveArrived == false)
    #expect(sent.requests.isEmpty)
  }

  @Test func everyChannelSendsAndHidesItsSecrets() async throws {
    for status in [200, 400, 429, 500] {
      // A server that tells everything it got back again.
      let script = FakeServer.Script { request in
        let echo = "\(request.target) \(request.headers) \(request.body)"
        let json = JSON.object([
          "message": .string(echo), "description": .string(request.target), "errors": [.string(echo)],
        ])
        return .answer(status, json.text)
      }
      try await FakeServer.with(script) { server in
        let channels = Samples.everyChannel(secret: Self.secret, base: server.url).dropFirst()
        let receiver = ReceiverSettings(name: "ops", channels: Array(channels))
        let log = LogLines()
        let notifier = ChannelNotifier(client: try CurlClient(), receivers: [receiver], logger: log.logger)
        for target in receiver.targets {
          let outcome = await notifier.send(
            Samples.notification(target: target.name, channel: target.channel), timeout: .seconds(30))
          #expect(outcome.status == status)
          #expect(!"\(outcome)".contains("hunter2"))
        }
        #expect(server.requests.count == channels.count)
        #expect(server.requests.allSatisfy { $0.method == "POST" && $0.headers["content-type"] == "application/json" })
        #expect(!log.lines.joined().contains("hunter2"))
      }
    }
  }
}
