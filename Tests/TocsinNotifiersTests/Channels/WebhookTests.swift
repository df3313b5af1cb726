import CurlClient
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinNotifiers

@Suite struct WebhookTests {
  private let first = SigningSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!
  private let second = SigningSecret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")!

  private func adapter(_ change: (inout WebhookSettings) -> Void = { _ in }) -> WebhookAdapter {
    var settings = WebhookSettings(urls: ["https://a.example/hook"])
    change(&settings)
    return WebhookAdapter(url: settings.urls[0], settings: settings)
  }

  // The expected values were computed with Python's hmac.
  @Test func signaturesAreThoseThatOthersCompute() {
    func sign(_ id: String, _ time: Int64, _ body: String, _ secrets: [SigningSecret]) -> String {
      WebhookSignature.header(id: id, timestamp: time, body: Array(body.utf8), secrets: secrets)
    }
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    #expect(
      sign(id, 1_614_265_330, #"{"test": 2432232314}"#, [first]) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    #expect(
      sign("01980000-0000-8abc-8000-000000000001", 1_767_225_600, #"{"name":"Ünïcödé 🚨"}"#, [first, second])
        == "v1,5/7DNXCvH3I25+LnQaeotr7Tv7zYUKAEzd3hzyNvD04= v1,Hm79KLhDAKh0RVtTgCNMsC5Mm+ndBDQnQaw492bcBSw=")
  }

  @Test func theBodyIsTheAlert() throws {
    let adapter = adapter {
      $0.headers = [.init("X-Token", "1"), .init("user-agent", "other"), .init("Webhook-Id", "no")]
    }
    #expect(try adapter.json(Samples.notice()) == Samples.alert().json)
    let transfer = try #require(adapter.transfer(Samples.notice()))
    #expect(transfer.header("webhook-id") == [Samples.notification().delivery.id.description])
    #expect(transfer.header("webhook-timestamp") == ["1769851802"])
    #expect(transfer.header("webhook-signature").isEmpty)
    #expect(transfer.header("x-token") == ["1"])
    #expect(transfer.header("user-agent") == ["other"])
  }

  @Test func anEnvelopeTellsWhatHappened() throws {
    let adapter = adapter { $0.format = .envelope }
    let fired = try adapter.json(Samples.notice())
    #expect(fired["type"] == "alert.fired")
    #expect(fired["timestamp"] == "2026-01-31T09:30:00.125Z")
    #expect(fired["data"] == Samples.alert().json)
    let resolved = try adapter.json(Samples.notice(cause: .resolved))
    #expect(resolved["type"] == "alert.resolved")
    #expect(resolved["timestamp"] == "2026-01-31T09:30:02.125Z")
    #expect(resolved["data"]?["resolved"] == true)
    #expect(try adapter.json(Samples.notice(cause: .fallback))["type"] == "alert.fired")
  }

  @Test func theIDStaysOverAttemptsAndTheSignatureIsThisAttempts() throws {
    let adapter = adapter { $0.signingSecrets = [first, second] }
    let later = Notice(Samples.notification(), now: Samples.now.advanced(by: 60_000))
    let (one, two) = (try #require(adapter.transfer(Samples.notice())), try #require(adapter.transfer(later)))
    #expect(one.header("webhook-id") == two.header("webhook-id"))
    #expect(one.header("webhook-signature") != two.header("webhook-signature"))
    let id = one.header("webhook-id")[0]
    #expect(
      one.header("webhook-signature") == [
        WebhookSignature.header(id: id, timestamp: 1_769_851_802, body: one.body, secrets: [first, second])
      ])
    #expect(one.header("webhook-signature")[0].split(separator: " ").count == 2)
  }

  @Test(arguments: Hostile.all) func theBodyIsJSONWhateverTheAlertSays(_ text: String) throws {
    // U+0000 comes into no alert.
    let text = text.replacing("\0", with: "")
    let alert = Samples.alert(title: text, message: text, campaign: text)
    #expect(try adapter().json(Samples.notice(alert))["title"]?.string == text)
  }

  @Test func goneIsForGood() {
    let outcome = adapter().outcome(of: .response(HTTPResponse(status: 410)), now: Samples.now)
    guard case .gone = outcome else { return #expect(Bool(false)) }
  }
}
