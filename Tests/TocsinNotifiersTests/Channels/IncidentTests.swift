import CurlClient
import Testing
import TocsinCore
import TocsinJSON

@testable import TocsinNotifiers

@Suite struct PagerDutyTests {
  private let adapter = PagerDutyAdapter(
    settings: PagerDutySettings(routingKey: "hunter2hunter2", eventsURL: "https://a.example/v2"))

  @Test func anAlertTriggers() throws {
    let event = try adapter.json(Samples.notice())
    #expect(event["event_action"] == "trigger")
    #expect(event["routing_key"] == "hunter2hunter2")
    #expect(event["dedup_key"]?.string == Samples.alert().alertID.description)
    #expect(event["payload"]?["summary"] == "[HIGH] Low ROAS: Spring sale")
    #expect(event["payload"]?["source"] == "c-1")
    #expect(event["payload"]?["timestamp"] == "2026-01-31T09:30:00.125Z")
    #expect(event["payload"]?["custom_details"]?["metric_value"] == 1.5)
    #expect(event["client_url"]?.string?.contains("alert_id") == true)
    #expect(try adapter.json(Samples.notice(cause: .fallback))["event_action"] == "trigger")
  }

  @Test func whatPeopleDoIsPassedOnUnderTheSameKey() throws {
    for (cause, action) in [(DeliveryCause.acknowledged, "acknowledge"), (.resolved, "resolve")] {
      let event = try adapter.json(Samples.notice(cause: cause))
      #expect(event["event_action"]?.string == action)
      #expect(event["dedup_key"]?.string == Samples.alert().alertID.description)
      #expect(event["payload"] == nil)
    }
  }

  @Test(arguments: zip(Severity.allCases, ["critical", "error", "warning", "info", "info"]))
  func severitiesAreTranslated(_ severity: Severity, _ name: String) throws {
    let event = try adapter.json(Samples.notice(Samples.alert(severity: severity)))
    #expect(event["payload"]?["severity"]?.string == name)
  }

  @Test(arguments: Hostile.all) func limitsHold(_ text: String) throws {
    let alert = Samples.alert(title: text, message: text, campaign: text, campaignID: text)
    let payload = try adapter.json(Samples.notice(alert))["payload"]
    #expect((1...1024).contains(payload?["summary"]?.string?.utf16.count ?? 0))
    #expect(adapter.transfer(Samples.notice(alert))?.body.count ?? 0 < 512 * 1024)
  }

  @Test func itsWordsAreTold() {
    let body =
      #"{"status":"invalid event","message":"Event object is invalid","errors":["Length of 'routing_key' is incorrect"]}"#
    let outcome = adapter.outcome(of: .response(HTTPResponse(status: 400, body: Array(body.utf8))), now: Samples.now)
    #expect(outcome.failure?.reason.hasSuffix(": Length of 'routing_key' is incorrect") == true)
  }
}

@Suite struct OpsgenieTests {
  private let adapter = OpsgenieAdapter(settings: OpsgenieSettings(apiKey: "hunter2", baseURL: "https://a.example"))

  @Test func anAlertIsCreated() throws {
    let transfer = try #require(adapter.transfer(Samples.notice()))
    #expect(transfer.url == "https://a.example/v2/alerts")
    #expect(transfer.header("authorization") == ["GenieKey hunter2"])
    let alert = try adapter.json(Samples.notice())
    #expect(alert["alias"]?.string == Samples.alert().alertID.description)
    #expect(alert["message"] == "[HIGH] Low ROAS: Spring sale")
    #expect(alert["priority"] == "P2")
    #expect(alert["details"]?["metric_value"] == "1.5")
    #expect(alert["description"]?.string?.contains("Metric: roas is 1.50x (threshold: < 2.00x)") == true)
  }

  @Test func whatPeopleDoIsPassedOnUnderTheAlias() throws {
    let id = Samples.alert().alertID
    let acknowledged = Samples.notice(cause: .acknowledged)
    #expect(adapter.transfer(acknowledged)?.url == "https://a.example/v2/alerts/\(id)/acknowledge?identifierType=alias")
    #expect(try adapter.json(acknowledged)["user"] == "ann")
    let resolved = Samples.notice(cause: .resolved)
    #expect(adapter.transfer(resolved)?.url == "https://a.example/v2/alerts/\(id)/close?identifierType=alias")
    #expect(try adapter.json(resolved)["user"] == nil)
  }

  @Test(arguments: Hostile.all) func limitsHold(_ text: String) throws {
    let alert = try adapter.json(
      Samples.notice(Samples.alert(title: text, message: text, campaign: text, campaignID: text)))
    #expect((1...130).contains(alert["message"]?.string?.utf16.count ?? 0))
    #expect(alert["description"]?.string?.utf16.count ?? 0 <= 15_000)
    #expect(alert["entity"]?.string?.utf16.count ?? 0 <= 512)
    let details =
      alert["details"]?.object?.members.map { $0.key.utf16.count + ($0.value.string?.utf16.count ?? 9999) } ?? []
    #expect(details.reduce(0, +) <= 8000)
  }
}
