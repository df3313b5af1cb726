import CurlClient
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinNotifiers

@Suite struct TeamsTests {
  private let adapter = TeamsAdapter(settings: TeamsSettings(url: "https://a.example/hunter2"))

  /// All texts of a card's runs.
  private func runs(_ card: JSON) -> [String] {
    switch card {
    case .array(let elements): elements.flatMap(runs)
    case .object(let object):
      object["type"] == "TextRun" ? [object["text"]?.string ?? ""] : object.members.flatMap { runs($0.value) }
    default: []
    }
  }

  @Test func theCardHasItAll() throws {
    let payload = try adapter.json(Samples.notice())
    #expect(payload["type"] == "message")
    #expect(payload["attachments"]?[0]?["contentType"] == "application/vnd.microsoft.card.adaptive")
    let card = try #require(payload["attachments"]?[0]?["content"])
    #expect(card["type"] == "AdaptiveCard")
    #expect(card["actions"]?[0]?["type"] == "Action.OpenUrl")
    #expect(card["body"]?[0]?["style"] == "attention")
    let runs = runs(card)
    #expect(runs.contains("🟠 [HIGH] Low ROAS: Spring sale"))
    #expect(runs.contains("roas is 1.50x (threshold: < 2.00x)"))
    let resolved = try adapter.json(Samples.notice(cause: .resolved))
    #expect(resolved["attachments"]?[0]?["content"]?["body"]?[0]?["style"] == "good")
  }

  @Test(arguments: Hostile.all) func theMessageStaysSmall(_ text: String) throws {
    let alert = Samples.alert(title: text, message: text, campaign: text, campaignID: text, adID: text)
    let transfer = try #require(adapter.transfer(Samples.notice(alert)))
    #expect(transfer.body.count <= 28 * 1024)
    #expect(!String(decoding: transfer.body, as: UTF8.self).contains("\"TextBlock\""), "Markdown would be read")
  }
}
