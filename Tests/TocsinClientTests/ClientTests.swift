import FakeServer
import Testing
import TocsinClient
import TocsinCore
import TocsinJSON

@Suite(.timeLimit(.minutes(10))) struct ClientTests {
  private func with(
    _ answer: @escaping @Sendable (FakeServer.Request) -> FakeServer.Reply,
    _ body: (FakeServer, TocsinClient) async throws -> Void
  ) async throws {
    try await FakeServer.with(FakeServer.Script(answer: answer)) { server in
      let client = try TocsinClient(urls: [server.url], timeout: .seconds(120), user: "kim")
      do { try await body(server, client) } catch {
        await client.shutdown()
        throw error
      }
      await client.shutdown()
    }
  }

  @Test func aCheckIsSentAsTheContractSays() async throws {
    let answer = "{\"alerts_triggered\":1,\"alerts\":[\(Samples.alert())],\"persisted\":false}"
    try await with({ _ in .answer(200, answer) }) { server, client in
      let check = Check(
        metricName: "roas", metricValue: 1.5, entity: Entity(campaignID: "c1", adID: "a1"), campaignName: "Spring sale",
        context: ["region": "EU"], alertTypes: [.roasDrop])
      let outcome = try await client.check(check).value
      #expect(outcome.alerts.map(\.alertID.description) == [Samples.alertID])
      #expect(!outcome.persisted)
      let request = try #require(server.requests.first)
      #expect(request.line == "POST /api/alerts/check")
      #expect(request.headers["content-type"] == "application/json")
      let wanted = """
        {"metric_name": "roas", "metric_value": 1.5, "campaign_id": "c1", "campaign_name": "Spring sale",
        "ad_id": "a1", "context": {"region": "EU"}, "alert_types": ["roas_drop"]}
        """
      #expect(try JSON(parsing: request.body) == JSON(parsing: wanted))
    }
  }

  @Test func whatHeldAlertsBackIsRead() async throws {
    let answer = """
      {"alerts_triggered":0,"alerts":[],"persisted":true,"suppressed":[
        {"rule_id":"a","reason":"repeat","until":"2026-01-31T10:00:00.000Z","alert_id":"\(Samples.alertID)"},
        {"rule_id":"b","until":null,"alert_id":null}, {"rule_id":"c","reason":"of a newer server"}]}
      """
    try await with({ _ in .answer(200, answer) }) { _, client in
      let check = Check(
        metricName: "roas", metricValue: 1.5, entity: Entity(campaignID: "c1"), campaignName: "Spring sale")
      let suppressed = try await client.check(check).value.suppressed
      #expect(suppressed.map(\.ruleID) == ["a", "b", "c"])
      #expect(suppressed.map(\.reason) == [.repeat, .cooldown, .cooldown])
      #expect(suppressed.map { $0.until?.description } == ["2026-01-31T10:00:00.000Z", nil, nil])
      #expect(suppressed.map { $0.alertID?.description } == [Samples.alertID, nil, nil])
    }
  }

  @Test func anExplanationIsAskedForWithTheChecksBody() async throws {
    let answer = """
      {"metric_name":"roas","known":true,"did_you_mean":[],"rules":[
        {"rule_id":"a","name":"A","verdict":"samples","value":null,"threshold":2,"detail":"Too few."},
        {"rule_id":"b","name":"B","verdict":"of a newer server","value":1,"threshold":2,"detail":"?"}],"more":1}
      """
    try await with({ _ in .answer(200, answer) }) { server, client in
      let check = Check(
        metricName: "roas", metricValue: 1.5, entity: Entity(campaignID: "c1"), campaignName: "Spring sale")
      let explanation = try await client.explain(check).value
      #expect(explanation.rules.map(\.verdict) == [.samples])
      #expect(explanation.rules.map(\.value) == [nil])
      #expect(server.requests.map(\.line) == ["POST /api/alerts/explain"])
      #expect(try JSON(parsing: server.requests[0].body) == check.requestBody)
    }
  }

  @Test func aProblemIsReadWithItsFields() async throws {
    let problem = Samples.problem(
      422, title: "Unprocessable Content", detail: "2 fields",
      errors: "[{\"pointer\":\"/threshold\",\"detail\":\"must be finite\"}]")
    try await with({ _ in .answer(422, problem, type: "application/problem+json") }) { _, client in
      do {
        _ = try await client.rules()
        Issue.record("it was taken for an answer")
      } catch {
        let error = try #require(error as? ClientError)
        #expect(error.code == .refused)
        #expect(error.status == 422)
        #expect(error.problem?.errors.map(\.pointer) == ["/threshold"])
        #expect(error.problem?.errors.map(\.detail) == ["must be finite"])
        #expect(error.reason == "Unprocessable Content: 2 fields")
      }
    }
  }

  @Test(arguments: [
    (404, "{\"title\":\"Not Found\"}", ClientError.Code.notFound), (500, "<html>", .refused),
    (200, "<html>", .unexpectedAnswer), (200, "{}", .unexpectedAnswer), (200, "{\"rules\":[{}]}", .unexpectedAnswer),
  ])
  func otherAnswers(status: Int, body: String, code: ClientError.Code) async throws {
    try await with({ _ in .answer(status, body) }) { _, client in
      await #expect { _ = try await client.rules() } throws: { ($0 as? ClientError)?.code == code }
    }
  }

  @Test func pagesAreFollowedUntilThereIsEnough() async throws {
    try await with({ request in
      let next = request.target.contains("cursor=two") ? "" : ",\"next_cursor\":\"two\""
      return .answer(200, "{\"alerts\":[\(Samples.alert()),\(Samples.alert())],\"count\":2\(next)}")
    }) { server, client in
      let all = try await client.alerts(AlertSelection(campaignID: "a&b", alertType: nil, severity: .high), count: 100)
      #expect(all.alerts.count == 4)
      #expect(all.elements.count == 4)
      #expect(!all.more)
      #expect(
        server.requests.map(\.target) == [
          "/api/alerts?campaign_id=a%26b&severity=high&limit=100",
          "/api/alerts?campaign_id=a%26b&severity=high&limit=98&cursor=two",
        ])
      let some = try await client.alerts(AlertSelection(daysBack: 3), count: 2)
      #expect(some.more)
      #expect(server.requests.last?.target == "/api/alerts/history?days_back=3&limit=2")
    }
  }

  @Test func anEmptyPageNeedNotBeTheLastOne() async throws {
    try await with({ request in
      let name = request.target.contains("deliveries") ? "deliveries" : "alerts"
      guard request.target.contains("cursor=two") else {
        return .answer(200, "{\"\(name)\":[],\"count\":0,\"next_cursor\":\"two\"}")
      }
      // One that leads to itself is.
      let element = name == "alerts" ? Samples.alert() : "{\"delivery_id\":\"d\"}"
      return .answer(200, "{\"\(name)\":[\(element)],\"count\":1,\"next_cursor\":\"two\"}")
    }) { _, client in
      let alerts = try await client.alerts(AlertSelection(), count: 100)
      #expect(alerts.alerts.count == 1 && !alerts.more)
      let deliveries = try await client.deliveries(DeliverySelection(), count: 100)
      #expect(deliveries.deliveries.count == 1 && !deliveries.more)
    }
  }

  @Test func changesNameTheirPathAndUser() async throws {
    try await with({ _ in .answer(200, "{\"success\":true}") }) { server, client in
      try await client.deleteRule("a:b/c")
      try await client.setRule("r1", enabled: false)
      try await client.acknowledge(Samples.alertID, user: "kim")
      try await client.resolve(Samples.alertID, user: nil)
      #expect(
        server.requests.map(\.line) == [
          "DELETE /api/alerts/rules/a%3Ab%2Fc", "PUT /api/alerts/rules/r1/disable",
          "PUT /api/alerts/\(Samples.alertID)/acknowledge", "PUT /api/alerts/\(Samples.alertID)/resolve",
        ])
      #expect(server.requests.map(\.body) == ["", "", "{\"user_id\":\"kim\"}", ""])
      #expect(server.requests.allSatisfy { $0.headers["x-tocsin-user"] == "kim" })
    }
  }

  @Test func whoMakesAChangeIsToldAndReadsTellNobody() async throws {
    try await FakeServer.with(FakeServer.Script(answer: { _ in .answer(200, "{\"rules\":[]}") })) { server in
      for (user, sent) in [("Zoë Ng", "Zoë Ng"), (nil, nil)] as [(String?, String?)] {
        let client = try TocsinClient(urls: [server.url], timeout: .seconds(120), user: user)
        #expect(client.user == user)
        try await client.resolve(Samples.alertID)
        #expect(server.requests.last?.headers["x-tocsin-user"] == sent)
        #expect(server.requests.last?.body == "")
        _ = try await client.rules()
        #expect(server.requests.last?.headers["x-tocsin-user"] == nil)
        await client.shutdown()
      }
    }
  }

  @Test(arguments: ["", "a\r\nb", "\u{85}", " kim", String(repeating: "a", count: 257)])
  func aUserThatCannotBeSentIsAnError(user: String) async throws {
    try await FakeServer.with(FakeServer.Script(answer: { _ in .answer(200, "{}") })) { server in
      let client = try TocsinClient(urls: [server.url], timeout: .seconds(120), user: user)
      let error = await #expect(throws: ClientError.self) { try await client.resolve(Samples.alertID) }
      #expect(error?.code == .invalidUser)
      #expect(server.requests.isEmpty)
      await client.shutdown()
    }
  }

  @Test func everyFilterOfAListIsSent() async throws {
    try await with({ _ in .answer(200, "{\"alerts\":[],\"count\":0}") }) { server, client in
      let since = Timestamp(milliseconds: 1_767_225_600_000)
      let selection = AlertSelection(
        campaignIDs: ["a&b", "c"], alertTypes: [.highCPA], severities: [.high, .low], ruleIDs: ["r1"],
        adIDs: ["x", "y"],
        isAcknowledged: false, since: since, until: since.advanced(by: 1), includesResolved: true)
      _ = try await client.alerts(selection, limit: 5)
      #expect(
        server.requests.first?.target == "/api/alerts/history?campaign_id=a%26b&campaign_id=c&alert_type=high_cpa"
          + "&severity=high&severity=low&rule_id=r1&ad_id=x&ad_id=y&acknowledged=false"
          + "&since=2026-01-01T00%3A00%3A00.000Z&until=2026-01-01T00%3A00%3A00.001Z&limit=5")
    }
  }

  @Test func aRuleIsSavedWithoutTheServersFields() async throws {
    let rule = try AlertRule(json: JSON(parsing: Samples.rule()))
    try await with({ _ in .answer(200, "{\"success\":true,\"rule\":\(Samples.rule())}") }) { server, client in
      #expect(try await client.save(rule).value.ruleID == "r1")
      let sent = try JSON(parsing: try #require(server.requests.first).body).object
      #expect(sent?["created_at"] == nil)
      #expect(sent?["threshold"]?.double == 2)
    }
  }

  @Test func aRulesHistory() async throws {
    let answer = """
      {"rule_id":"r1","changes":[{"version":7,"action":"save","actor":"kim","timestamp":"2026-01-02T03:04:05.000Z",
      "before":null,"after":\(Samples.rule())}],"count":1}
      """
    try await with({ _ in .answer(200, answer) }) { server, client in
      let changes = try await client.ruleHistory("r1", limit: 5).value
      #expect(changes.map(\.version) == [7])
      #expect(changes.first?.before == nil)
      #expect(changes.first?.after != nil)
      #expect(server.requests.first?.target == "/api/alerts/rules/r1/history?limit=5")
    }
  }
}
