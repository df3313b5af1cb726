import NIOHTTP1
import Synchronization
import Testing
import TocsinCore
import TocsinEngine
import TocsinJSON

@testable import TocsinServer

@Suite struct DeliveryEndpointTests {
  private static func delivery(
    _ alertID: AlertID, to receiver: String = "ops", _ state: DeliveryState = .dead
  ) -> Delivery {
    let at = alertID.timestamp
    return Delivery(
      planned: PlannedDelivery(
        alertID: alertID, cause: .fired, target: TargetName(receiver: receiver, target: "slack-1"), channel: .slack),
      state: state, attempts: 1, createdAt: at.advanced(by: 5), dueAt: nil,
      finishedAt: state.isFinal ? at.advanced(by: 40) : nil, lockedBy: nil, lastError: "it answered 404",
      history: [
        Delivery.Attempt(
          number: 1, at: at.advanced(by: 30), node: "n1", outcome: "permanent", status: 404, milliseconds: 20,
          error: "it answered 404")
      ])
  }

  private static func id(_ number: Int64) -> AlertID {
    AlertID(lowerBound: Timestamp(milliseconds: 1_800_000_000_000 + number))
  }

  @Test func deliveriesAreListedInPages() async throws {
    try await TestCluster.run { engine, cluster in
      let client = APIClient(engine)
      cluster.deliveries.add((1...5).map { Self.delivery(Self.id($0)) })
      cluster.deliveries.add([Self.delivery(Self.id(9), to: "mail", .delivered)])
      let found = try await client.send(.GET, "/api/deliveries?receiver=mail&state=delivered")
      #expect(found["count"] == 1)
      let delivery = found["deliveries"]?.array?.first?.object
      #expect(delivery?["receiver"] == "mail")
      #expect(delivery?["channel"] == "slack")
      #expect(delivery?["cause"] == "fired")
      #expect(delivery?["history"]?.array?.first?.object?["latency_ms"] == 20)

      var seen: Set<String> = []
      var target = "/api/deliveries?limit=2&state=dead"
      for size in [2, 2, 1] {
        let page = try await client.send(.GET, target)
        #expect(page["count"] == .integer(Int64(size)))
        for item in page["deliveries"]?.array ?? [] { seen.insert(item.object?["delivery_id"]?.string ?? "") }
        target = "/api/deliveries?limit=2&state=dead&cursor=" + (page["next_cursor"]?.string ?? "")
      }
      #expect(seen.count == 5)
      #expect(try await client.send(.GET, "/api/deliveries?state=lost").status == 422)
      #expect(try await client.send(.GET, "/api/deliveries?cursor=x").status == 422)
      #expect(try await client.send(.GET, "/api/deliveries?alert_id=x").status == 422)
    }
  }

  @Test func aListSaysWhatADeliveryTellsOf() async throws {
    try await TestCluster.run { engine, cluster in
      let client = APIClient(engine)
      let check = #"{"metric_name":"roas","metric_value":2.5,"campaign_id":"c1","campaign_name":"Spring sale"}"#
      let alert = try await client.send(.POST, "/api/alerts/check", check)["alerts"]?.array?.first?.object
      let id = try #require(alert?["alert_id"]?.string.flatMap { AlertID($0) })
      cluster.deliveries.add([Self.delivery(id), Self.delivery(Self.id(1))])
      let found = try await client.send(.GET, "/api/deliveries")["deliveries"]?.array?.compactMap(\.object) ?? []
      let known = try #require(found.first { $0["alert_id"]?.string == id.description })
      #expect(known["campaign_id"] == "c1" && known["campaign_name"] == "Spring sale")
      #expect(known["title"] == alert?["title"])
      let unknown = try #require(found.first { $0["alert_id"]?.string != id.description })
      #expect(unknown["title"] == .null && unknown["host"] == .null)
    }
  }

  @Test func deadOnesAreReplayed() async throws {
    try await TestCluster.run { engine, cluster in
      let client = APIClient(engine)
      let dead = Self.delivery(Self.id(1))
      cluster.deliveries.add([dead, Self.delivery(Self.id(2)), Self.delivery(Self.id(3), to: "mail")])
      let one = try await client.send(.POST, "/api/deliveries/\(dead.planned.id)/replay")
      #expect(one.status == 200)
      #expect(one["delivery"]?.object?["state"] == "pending")
      #expect(one["changed"] == true)
      #expect(try await client.send(.POST, "/api/deliveries/\(dead.planned.id)/replay")["changed"] == false)
      let many = try await client.send(.POST, "/api/deliveries/replay", #"{"receiver":"ops"}"#)
      #expect(many["replayed"] == 1)
      #expect(try await client.send(.POST, "/api/deliveries/replay", "{}")["replayed"] == 1)
      #expect(try await client.send(.POST, "/api/deliveries/x/replay").status == 404)
      #expect(try await client.send(.POST, "/api/deliveries/\(Self.id(7))/replay").status == 404)
      for body in [#"{"state":"pending"}"#, #"{"receiver":7}"#, #"{"alert_id":"x"}"#, "[]"] {
        #expect(try await client.send(.POST, "/api/deliveries/replay", body).status == 422)
      }
    }
  }

  @Test func whatWillNotBeSentIsSaid() async throws {
    try await TestCluster.run { engine, cluster in
      let client = APIClient(engine)
      let deliveries = (1...6).map { Self.delivery(Self.id($0), to: $0 < 4 ? "ops" : "mail") }
      cluster.deliveries.add(deliveries)
      let target = deliveries[0].planned
      let unknown = "this node's configuration has no such target any more"
      let first = try await client.send(.POST, "/api/deliveries/\(target.id)/replay")
      #expect(first["changed"] == true && first["obstacle"] == .string(unknown))
      engine.routing.replace(
        RoutingTable(receivers: [
          "ops": RoutingTable.Receiver(targets: [RoutingTable.Target(name: target.target, channel: target.channel)])
        ]))
      let second = try await client.send(.POST, "/api/deliveries/\(deliveries[1].planned.id)/replay")
      #expect(second["changed"] == true && second["obstacle"] == .null)
      cluster.deliveries.state.withLock { $0.disabledTargets = [target.target: "it answered 410"] }
      let disabled =
        "the target is disabled (it answered 410); a test of its receiver that succeeds enables it"
      let many = try await client.send(.POST, "/api/deliveries/replay", "{}")
      #expect(many["replayed"] == 4)
      let obstacles = many["obstacles"]?.array?.compactMap(\.object) ?? []
      #expect(obstacles.map { $0["receiver"] } == ["mail", "ops"])
      #expect(obstacles.map { $0["count"] } == [3, 1])
      #expect(obstacles.map { $0["obstacle"] } == [.string(unknown), .string(disabled)])
    }
  }

  @Test func aListOfCampaigns() async throws {
    try await TestCluster.run { engine, cluster in
      let client = APIClient(engine)
      for campaign in ["c1", "c2", "c3"] {
        let check =
          #"{"metric_name":"roas","metric_value":2.5,"campaign_name":"C","campaign_id":"\#(campaign)"}"#
        let alert = try await client.send(.POST, "/api/alerts/check", check)["alerts"]?.array?.first?.object
        cluster.deliveries.add([Self.delivery(try #require(alert?["alert_id"]?.string.flatMap { AlertID($0) }))])
      }
      #expect(try await client.send(.GET, "/api/deliveries?campaign_id=c1,c3")["count"] == 2)
      #expect(try await client.send(.GET, "/api/deliveries?campaign_id=c1&campaign_id=c2")["count"] == 2)
      #expect(try await client.send(.GET, "/api/deliveries?campaign_id=c9")["count"] == 0)
      #expect(try await client.send(.GET, "/api/deliveries?campaign_id=").status == 422)
    }
  }

  @Test func theTimelineTellsWhatHappened() async throws {
    try await TestCluster.run { engine, cluster in
      let client = APIClient(engine)
      let check = #"{"metric_name":"roas","metric_value":2.5,"campaign_id":"c","campaign_name":"C"}"#
      let fired = try await client.send(.POST, "/api/alerts/check", check)
      let text = fired["alerts"]?.array?.first?.object?["alert_id"]?.string ?? ""
      let id = try #require(AlertID(text))
      cluster.deliveries.add([Self.delivery(id)])
      _ = try await client.send(.PUT, "/api/alerts/\(id)/acknowledge", #"{"user_id":"ann"}"#)
      let timeline = try await client.send(.GET, "/api/alerts/\(id)/timeline")
      #expect(timeline.status == 200)
      let entries = timeline["timeline"]?.array?.compactMap(\.object) ?? []
      #expect(
        Set(entries.compactMap { $0["event"]?.string })
          == ["fired", "acknowledged", "delivery_due", "delivery_claimed", "delivery_attempt", "delivery_ended"])
      #expect(entries.first?["event"] == "fired")
      let attempt = entries.first { $0["event"] == "delivery_attempt" }
      #expect(attempt?["node"] == "n1")
      #expect(attempt?["latency_ms"] == 20)
      #expect(attempt?["status"] == 404)
      #expect(try await client.send(.GET, "/api/alerts/\(Self.id(7))/timeline").status == 404)
    }
  }

  @Test func theTimelineSaysWhyNobodyIsNotified() async throws {
    try await TestCluster.run { engine, cluster in
      let client = APIClient(engine)
      let check = #"{"metric_name":"roas","metric_value":2.5,"campaign_id":"c","campaign_name":"C"}"#
      let fired = try await client.send(.POST, "/api/alerts/check", check)
      let id = try #require(fired["alerts"]?.array?.first?.object?["alert_id"]?.string.flatMap { AlertID($0) })
      func reason() async throws -> [String?] {
        let timeline = try await client.send(.GET, "/api/alerts/\(id)/timeline")
        let first = timeline["timeline"]?.array?.first?.object
        #expect(first?["event"] == "fired")
        return [first?["reason"]?.string, first?["detail"]?.string]
      }
      var told = try await reason()
      #expect(told == ["no_routes", "the configuration has no routes"])
      engine.routing.replace(RoutingTable(routes: [Route(receivers: ["ops"], campaigns: [Glob("other")])]))
      told = try await reason()
      #expect(told == ["no_route_matches", "no route matches the alert"])
      let target = RoutingTable.Target(name: TargetName(receiver: "ops", target: "slack-1"), channel: .slack)
      engine.routing.replace(
        RoutingTable(receivers: ["ops": .init(targets: [target])], routes: [Route(receivers: ["ops"])]))
      told = try await reason()
      #expect(told == ["routing_changed", "the routing was a different one when the alert fired"])
      cluster.deliveries.add([Self.delivery(id)])
      told = try await reason()
      #expect(told == [nil, nil])
    }
  }

  @Test func aTestSaysWhatCameOfIt() async throws {
    try await TestCluster.run { engine, cluster in
      let client = APIClient(engine)
      for target in ["/api/alerts/test?channel=slack", "/api/alerts/test?channel=ops"] {
        let reply = try await client.send(.POST, target)
        #expect(reply.status == 200)
        #expect(reply["success"] == true)
      }
      // Who takes a test wants alerts again.
      #expect(cluster.deliveries.state.withLock { $0.enabledAgain.count } == 2)
      cluster.deliveries.answerTests(.permanent(DeliveryFailure("it answered 404", status: 404)))
      let failed = try await client.send(.POST, "/api/alerts/test", #"{"channel":"slack"}"#)
      #expect(failed.status == 200)
      #expect(failed["success"] == false)
      #expect(failed["channel"] == "slack")
      #expect(failed["message"]?.string?.contains("it answered 404") == true)
      #expect(try await client.send(.POST, "/api/alerts/test?channel=websocket")["channel"] == "websocket")
      #expect(try await client.send(.POST, "/api/alerts/test?channel=database")["success"] == true)
      let unknown = try await client.send(.POST, "/api/alerts/test?channel=pigeon")
      #expect(unknown.status == 404)
      #expect(unknown["detail"]?.string?.contains("ops, slack") == true)
      let mistyped = try await client.send(.POST, "/api/alerts/test?channel=slak")
      #expect(mistyped["detail"] == "there is no receiver and no channel slak; did you mean slack?")
      for (channel, hint) in [
        ("email", "ALERT_EMAIL_SMTP_HOST"), ("webhook", "ALERT_WEBHOOK_URLS"), ("pagerduty", "a section `pagerduty`"),
      ] {
        let missing = try await client.send(.POST, "/api/alerts/test", #"{"channel":"\#(channel)"}"#)
        #expect(missing.status == 200)
        #expect(missing["success"] == false)
        #expect(missing["channel"] == .string(channel))
        #expect(missing["message"]?.string?.contains(hint) == true)
      }
      #expect(try await client.send(.POST, "/api/alerts/test").status == 422)
      #expect(try await client.send(.POST, "/api/alerts/test", #"{"chanel":"slack"}"#).text.contains("did you mean"))
      #expect(try await client.send(.POST, "/api/alerts/test", #"{"channel":7}"#).status == 422)
    }
  }
}
