import CurlClient
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinNotifiers

@Suite struct SlackTests {
  private let adapter = SlackAdapter(
    settings: SlackSettings(url: "https://hooks.example.org/T1/hunter2", channel: "#alerts"))

  @Test func theAttachmentHasItAll() throws {
    let payload = try adapter.json(Samples.notice())
    #expect(payload["channel"]?.string == "#alerts")
    let attachment = payload["attachments"]?[0]
    #expect(attachment?["color"]?.string == Severity.high.look.color)
    #expect(attachment?["title"]?.string == "🟠 [HIGH] Low ROAS: Spring sale")
    #expect(attachment?["title_link"]?.string?.hasPrefix("https://tocsin.example/console?alert_id=") == true)
    #expect(attachment?["text"]?.string == "Return on ad spend is 1.50x. Review bids.")
    #expect(attachment?["ts"] == .integer(1_769_851_800))
    let fields = attachment?["fields"]?.array ?? []
    #expect(fields.map { $0["title"]?.string } == ["Campaign", "Severity", "Type", "Metric", "Time"])
    #expect(
      fields.map { $0["value"]?.string } == [
        "Spring sale (c-1)", "HIGH", "ROAS drop", "roas is 1.50x (threshold: &lt; 2.00x)", "2026-01-31 09:30:00 UTC",
      ])
    #expect(adapter.transfer(Samples.notice())?.header("content-type") == ["application/json"])
  }

  @Test func withoutAConsoleOrAChannelThereIsNone() throws {
    let payload = try SlackAdapter(settings: SlackSettings(url: "https://a.example")).json(Samples.notice(console: nil))
    #expect(payload["channel"] == nil)
    #expect(payload["attachments"]?[0]?["title_link"] == nil)
  }

  @Test(arguments: Hostile.all) func limitsAndEscapesHold(_ text: String) throws {
    let alert = Samples.alert(
      title: text, message: text, campaign: text, campaignID: text, details: ["operator": .string(text)])
    let attachment = try #require(try adapter.json(Samples.notice(alert))["attachments"]?[0])
    var texts = ["title", "text", "fallback", "footer"].compactMap { attachment[$0]?.string }
    #expect(texts.count == 4)
    #expect(texts[0].utf16.count <= 300)
    texts += attachment["fields"]?.array?.compactMap { $0["value"]?.string } ?? []
    for text in texts {
      #expect(text.utf16.count <= 3000)
      #expect(!text.unicodeScalars.contains { "<>".unicodeScalars.contains($0) || $0.value == 0 })
      #expect(
        text.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).dropFirst().allSatisfy { rest in
          ["amp;", "lt;", "gt;"].contains { rest.starts(with: $0.utf8) }
        })
    }
  }

  @Test func anErrorsWordIsTold() {
    func outcome(_ status: Int, _ body: String) -> DeliveryOutcome {
      adapter.outcome(of: .response(HTTPResponse(status: status, body: Array(body.utf8))), now: Samples.now)
    }
    #expect(outcome(404, "channel_not_found").failure?.reason.hasSuffix("(HTTP 404): channel_not_found") == true)
    #expect(outcome(400, "bad hunter2").failure?.reason == "the server refused the request (HTTP 400)")
    #expect(outcome(200, "ok") == .delivered(status: 200))
    #expect(outcome(410, "channel_is_archived").name == "permanent")
  }
}
