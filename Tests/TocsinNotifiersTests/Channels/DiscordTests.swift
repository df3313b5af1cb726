import CurlClient
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinNotifiers

@Suite struct DiscordTests {
  private let adapter = DiscordAdapter(settings: DiscordSettings(url: "https://a.example/hunter2"))

  @Test func theEmbedHasItAll() throws {
    let payload = try adapter.json(Samples.notice())
    #expect(payload["allowed_mentions"] == ["parse": []])
    let embed = try #require(payload["embeds"]?[0])
    #expect(embed["title"] == "🟠 [HIGH] Low ROAS\\: Spring sale")
    #expect(embed["color"] == .integer(0xC2410C))
    #expect(embed["timestamp"] == "2026-01-31T09:30:00.125Z")
    #expect(embed["url"]?.string?.contains("alert_id=") == true)
    #expect(embed["fields"]?.array?.count == 5)
  }

  @Test(arguments: Hostile.all) func limitsHold(_ text: String) throws {
    let alert = Samples.alert(title: text, message: text, campaign: text, campaignID: text, adID: text)
    let embed = try #require(try adapter.json(Samples.notice(alert, cause: .acknowledged))["embeds"]?[0])
    let title = embed["title"]?.string ?? ""
    let description = embed["description"]?.string ?? ""
    let fields = embed["fields"]?.array ?? []
    #expect(title.utf16.count <= 256)
    #expect(description.utf16.count <= 4096)
    #expect(fields.allSatisfy { (1...1024).contains($0["value"]?.string?.utf16.count ?? 0) })
    let footer = embed["footer"]?["text"]?.string ?? ""
    let total =
      fields.flatMap { [$0["name"]?.string ?? "", $0["value"]?.string ?? ""] } + [title, description, footer]
    #expect(total.map(\.utf16.count).reduce(0, +) <= 6000)
    #expect(!title.replacing("\\@", with: "").contains("@"))
  }

  @Test func theBodysDelayIsObeyed() {
    let response = HTTPResponse(
      status: 429, headers: .init([.init("retry-after", "1")]),
      body: Array(#"{"message":"slow down","retry_after":64.57}"#.utf8))
    guard case .retryable(let failure, let after) = adapter.outcome(of: .response(response), now: Samples.now) else {
      return #expect(Bool(false))
    }
    #expect(after == .milliseconds(64_570))
    #expect(failure.reason.hasSuffix(": slow down"))
  }
}
