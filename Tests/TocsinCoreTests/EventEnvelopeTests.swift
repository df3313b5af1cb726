import Fuzzing
import Testing
import TocsinCore
import TocsinJSON

@Suite struct EventEnvelopeTests {
  private let tenant = Tenant(rawValue: "t \"1\"\n")
  private let time = Timestamp(milliseconds: 1_769_851_800_125)

  @Test func alertsSurvive() throws {
    let alert = sampleAlert(context: ["a": "b\nc"])
    let envelope = EventEnvelope.alert(alert, tenant: tenant)
    let bytes = envelope.encoded()
    #expect(bytes.first == UInt8(ascii: "1"))
    #expect(bytes.split(separator: 10).count == 2)
    let read = try #require(EventEnvelope(decoding: bytes))
    #expect(read == envelope)
    #expect(try read.decodedAlert() == alert)
    #expect(read.tenant == tenant)
    #expect(read.ruleIncarnation == "i1")
  }

  @Test func whatANewerReleaseWroteIsToldFromWhatIsDamaged() {
    let bytes = EventEnvelope.alert(sampleAlert(), tenant: tenant).encoded()
    let text = String(decoding: bytes, as: UTF8.self)
    func read(_ text: String) -> EventEnvelope.Reading { EventEnvelope.read(Array(text.utf8)) }
    guard case .envelope = read(text) else {
      Issue.record("an envelope is not read")
      return
    }
    #expect(read("2" + text.dropFirst()) == .newer)
    #expect(read(text.replacing("\"type\":\"alert\"", with: "\"type\":\"alert_muted\"")) == .newer)
    #expect(read(text.replacing("\"alert_type\":\"", with: "\"alert_type\":\"new_")) == .newer)
    for text in [
      "", "0", "x", "1", "1{}", "1{}\n", "1[]\n", "1{\"type\":\"alert\"}\n", "1\(text)", String(text.dropFirst()),
    ] {
      #expect(read(text) == .damaged, "\(text)")
    }
    for length in 0..<(bytes.firstIndex(of: 10) ?? 0) {
      #expect(EventEnvelope.read(Array(bytes[..<length])) == .damaged)
    }
  }

  @Test func framesAreWhatClientsGet() throws {
    let id = EventID(epoch: "e1", milliseconds: 17, sequence: 3)
    let frame = EventEnvelope.alert(sampleAlert(), tenant: tenant).frame(id: id)
    let json = try JSON(parsing: frame)
    #expect(json.object?.members.map(\.key) == ["type", "event_id", "data", "timestamp"])
    #expect(json.object?["type"] == "alert")
    #expect(json.object?["event_id"] == "e1.17-3")
    #expect(json.object?["data"] == sampleAlert().json)
    #expect(json.object?["timestamp"] == .string(sampleAlertID.timestamp.description))
  }

  @Test(
    arguments: [
      (AlertAction.acknowledge, "alert_acknowledged", "ann", JSON.string("ann")),
      (.resolve, "alert_resolved", nil, .null),
    ] as [(AlertAction, String, String?, JSON)])
  func changes(_ action: AlertAction, _ type: String, _ user: String?, _ userJSON: JSON) throws {
    let envelope = EventEnvelope.change(action, alert: sampleAlert(), user: user, at: time, tenant: tenant)
    #expect(EventEnvelope(decoding: envelope.encoded()) == envelope)
    let json = try JSON(parsing: envelope.frame(id: EventID(epoch: "e", milliseconds: 1, sequence: 2)))
    let expected: JSON = [
      "type": .string(type), "event_id": "e.1-2", "alert_id": .string(sampleAlertID.description), "user_id": userJSON,
      "campaign_id": "c1", "timestamp": "2026-01-31T09:30:00.125Z",
    ]
    #expect(json == expected)
    #expect(throws: ValidationError.self) { try envelope.decodedAlert() }
  }

  @Test func updates() throws {
    let envelope = EventEnvelope.update(
      sampleAlert(), notificationStatus: ["slack": true], at: time, tenant: tenant)
    #expect(EventEnvelope(decoding: envelope.encoded()) == envelope)
    let json = try JSON(parsing: envelope.frame(id: EventID(epoch: "e", milliseconds: 1, sequence: 2)))
    #expect(
      json == [
        "type": "alert_updated", "event_id": "e.1-2", "alert_id": .string(sampleAlertID.description),
        "campaign_id": "c1", "notification_status": ["slack": true], "timestamp": "2026-01-31T09:30:00.125Z",
      ])
  }

  @Test func leavesWhatItDoesNotKnowAlone() {
    let bytes = EventEnvelope.alert(sampleAlert(), tenant: tenant).encoded()
    #expect(EventEnvelope(decoding: [UInt8(ascii: "2")] + bytes.dropFirst()) == nil)
    #expect(EventEnvelope(decoding: []) == nil)
    let header = bytes.prefix { $0 != 10 }.count
    for length in 0...header { #expect(EventEnvelope(decoding: Array(bytes[..<length])) == nil) }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(
      EventEnvelope(
        decoding: Array(text.replacing("\"type\":\"alert\",\"tenant\"", with: "\"type\":\"new\",\"tenant\"").utf8))
        == nil)
    let more = text.replacing("1{", with: "1{\"later\":[1,{\"a\":2}],\"text\":\"x\",", maxReplacements: 1)
    #expect(EventEnvelope(decoding: Array(more.utf8)) == EventEnvelope(decoding: bytes))
  }

  @Test func randomBytesNeverCrash() {
    var generator = SeededGenerator(seed: 23)
    let seed = EventEnvelope.alert(sampleAlert(), tenant: tenant).encoded()
    for _ in 0..<5000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1..<5, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator) / 4)
      _ = try? EventEnvelope(decoding: bytes)?.decodedAlert()
    }
  }
}
