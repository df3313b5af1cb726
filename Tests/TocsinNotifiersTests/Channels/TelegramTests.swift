import CurlClient
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinNotifiers

@Suite struct TelegramTests {
  private let adapter = TelegramAdapter(
    settings: TelegramSettings(token: "123:hunter2", chatID: "-100", threadID: 7, baseURL: "https://a.example/"))

  @Test func theMessageHasItAll() throws {
    #expect(adapter.transfer(Samples.notice())?.url == "https://a.example/bot123:hunter2/sendMessage")
    let payload = try adapter.json(Samples.notice())
    #expect(payload["chat_id"] == "-100")
    #expect(payload["message_thread_id"] == 7)
    #expect(payload["parse_mode"] == "HTML")
    let text = payload["text"]?.string ?? ""
    #expect(text.hasPrefix("🟠 <b>[HIGH] Low ROAS: Spring sale</b>"))
    #expect(text.contains("<b>Metric:</b> roas is 1.50x (threshold: &lt; 2.00x)"))
    #expect(text.contains("<a href=\"https://tocsin.example/console?alert_id="))
  }

  @Test(arguments: Hostile.all) func telegramTakesIt(_ text: String) throws {
    let alert = Samples.alert(
      title: text, message: text, campaign: text, campaignID: text, adID: text, details: ["operator": .string(text)])
    for cause in DeliveryCause.Kind.allCases.map({ DeliveryCause($0) }) {
      let text = try adapter.json(Samples.notice(alert, cause: cause))["text"]?.string ?? ""
      #expect(TelegramText.fault(text) == nil)
    }
  }

  @Test(arguments: [
    ("a < b", "not escaped"), ("<h1>a</h1>", "does not know"), ("<b>a", "not closed"), ("<b><i>a</b></i>", "order"),
    (String(repeating: "x", count: 4097), "4096"), ("  ", "empty"),
  ])
  func whatTelegramRefusesIsFound(_ text: String, _ word: String) {
    #expect(TelegramText.fault(text)?.contains(word) == true)
  }

  @Test func entitiesCountAsOne() {
    #expect(TelegramText.fault(String(repeating: "&amp;", count: 4096)) == nil)
    #expect(TelegramText.fault("<a href=\"x\">\(String(repeating: "x", count: 4096))</a>") == nil)
  }

  @Test func aTemplateThatTelegramWouldRefuseIsReplaced() throws {
    let problems = TemplateProblems()
    let template = try Template("<h1>{{title}}</h1>")
    let set = TemplateSet(custom: [.telegramMessage: .init(file: "f", template: template)], problems: problems)
    #expect(try adapter.json(Samples.notice(), set)["text"]?.string?.hasPrefix("🟠 <b>") == true)
    #expect(problems.all.map(\.reason) == ["it has a tag that Telegram does not know"])
  }

  @Test func itsWordsAndItsDelayAreRead() {
    func outcome(_ status: Int, _ body: String) -> DeliveryOutcome {
      adapter.outcome(of: .response(HTTPResponse(status: status, body: Array(body.utf8))), now: Samples.now)
    }
    let limited = outcome(
      429, #"{"ok":false,"description":"Too Many Requests: retry after 5","parameters":{"retry_after":5}}"#)
    guard case .retryable(_, .some(.seconds(5))) = limited else { return #expect(Bool(false)) }
    let missing = outcome(400, #"{"ok":false,"description":"Bad Request: chat not found"}"#)
    #expect(missing.failure?.reason.hasSuffix(": Bad Request: chat not found") == true)
    #expect(outcome(404, #"{"description":"no bot 123:hunter2"}"#).failure?.reason.contains("hunter2") == false)
  }
}
