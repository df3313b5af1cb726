import Testing
import TocsinCore

@testable import TocsinServer

@Suite struct QueryParameterTests {
  private static let names = [
    "campaign_id", "limit", "enabled_only", "severity", "cursor", "missing", "since", "alert_type",
  ]

  @Test func namesThatAreNotKnownAreNamedWithTheNearest() throws {
    var query = try QueryParameters("campaign=x&severty=high&zzzzz=1&limit=0&campaign=y", known: Self.names)
    _ = query.integer("limit", in: 1...10, default: 3)
    let problem = #expect(throws: Problem.self) { try query.finish() }
    #expect(problem?.status == 422)
    #expect(problem?.faults.map(\.parameter) == ["campaign", "severty", "zzzzz", "limit"])
    #expect(problem?.faults[0].detail == "is not known; did you mean campaign_id?")
    #expect(problem?.faults[1].detail == "is not known; did you mean severity?")
    #expect(problem?.faults[2].detail.hasPrefix("is not known; known are campaign_id, limit,") == true)
    let none = #expect(throws: Problem.self) { try QueryParameters("verbose", known: []).finish() }
    #expect(none?.detail == "the parameter verbose is not known: there are none here")
  }

  @Test func severalValuesAreRepeatedOrSeparatedByCommas() throws {
    var query = try QueryParameters(
      "campaign_id=a,b%2Cc&campaign_id=d&campaign_id=a&severity=high,low&alert_type=roas_drop", known: Self.names)
    #expect(query.texts("campaign_id") == ["a", "b", "c", "d"])
    #expect(query.choices("severity", of: Severity.self) == [.high, .low])
    #expect(query.choices("alert_type", of: AlertType.self) == [.roasDrop])
    #expect(query.texts("missing") == [])
    try query.finish()
  }

  @Test(arguments: [
    ("campaign_id=a,", "must have 1 to 256 bytes"), ("campaign_id=", "must have 1 to 256 bytes"),
    ("campaign_id=a&campaign_id=,b", "must have 1 to 256 bytes"),
    ("campaign_id=" + (0...100).map { "c\($0)" }.joined(separator: ","), "must have at most 50 values"),
    ("severity=high,hgih", "must be one of critical, high, medium, low, info; did you mean high?"),
    ("severity=high,,low", "must have 1 to 256 bytes"), ("since=yesterday", "must be a time like 2026"),
    ("since=2026-01-31", "must be a time like 2026"), ("since=2026-01-31T09:30:00+24:00", "must be a time like 2026"),
  ])
  func namesTheValueThatIsWrong(text: String, detail: String) throws {
    var query = try QueryParameters(text, known: Self.names)
    _ = query.texts("campaign_id")
    _ = query.choices("severity", of: Severity.self)
    _ = query.time("since")
    let problem = #expect(throws: Problem.self) { try query.finish() }
    #expect(problem?.faults.count == 1)
    #expect(problem?.faults.first?.detail.hasPrefix(detail) == true)
  }

  @Test(arguments: [
    "2026-01-31T09:30:00.125Z", "2026-01-31T10:30:00.125+01:00", "2026-01-31T10:30:00.125%2B01:00",
    "2026-01-31T03:45:00.1259-05:45", "2026-01-31t09:30:00.125z", "2026-01-31%2009:30:00.125Z",
  ])
  func timesAreOfRFC3339(text: String) throws {
    var query = try QueryParameters("since=\(text)", known: Self.names)
    #expect(query.time("since")?.description == "2026-01-31T09:30:00.125Z")
    try query.finish()
  }

  @Test func readsWhatIsThere() throws {
    var query = try QueryParameters(
      "campaign_id=a%20b+c%C3%BC&limit=7&enabled_only=True&severity=high", known: Self.names)
    #expect(query.text("campaign_id") == "a b cü")
    #expect(query.integer("limit", in: 1...10, default: 3) == 7)
    #expect(query.bool("enabled_only", default: false) == true)
    #expect(query.choice("severity", of: Severity.self) == .high)
    #expect(query.text("missing") == nil)
    #expect(query.integer("missing", in: 1...10, default: 3) == 3)
    try query.finish()
  }

  @Test(arguments: ["%", "%4", "%zz=1", "a=%ff", "a=%C3%28", "\(String(repeating: "a", count: 8193))"])
  func refusesWhatIsNoQuery(query: String) {
    let problem = #expect(throws: Problem.self) { try QueryParameters(query, known: Self.names) }
    #expect(problem?.status == 400)
  }

  @Test(arguments: [
    ("limit=0", "limit"), ("limit=11", "limit"), ("limit=1.5", "limit"), ("limit=", "limit"), ("limit=+5", "limit"),
    ("limit=1&limit=2", "limit"), ("campaign_id=", "campaign_id"), ("campaign_id=a%00", "campaign_id"),
    ("campaign_id=\(String(repeating: "a", count: 257))", "campaign_id"), ("severity=worst", "severity"),
    ("enabled_only=1", "enabled_only"), ("cursor=b", "cursor"), ("cursor=a018f3c5e", "cursor"),
  ])
  func namesTheParameterThatIsWrong(text: String, name: String) throws {
    var query = try QueryParameters(text, known: Self.names)
    _ = query.integer("limit", in: 1...10, default: 3)
    _ = query.text("campaign_id")
    _ = query.choice("severity", of: Severity.self)
    _ = query.bool("enabled_only", default: false)
    _ = query.cursor("cursor")
    let problem = #expect(throws: Problem.self) { try query.finish() }
    #expect(problem?.status == 422)
    #expect(problem?.faults.map(\.parameter) == [name])
    #expect(problem?.faults.map(\.pointer) == ["/" + name])
  }

  @Test func allThatIsWrongIsSaidAtOnce() throws {
    var query = try QueryParameters("limit=x&severity=y", known: Self.names)
    _ = query.integer("limit", in: 1...10, default: 3)
    _ = query.choice("severity", of: Severity.self)
    let problem = #expect(throws: Problem.self) { try query.finish() }
    #expect(problem?.faults.count == 2)
  }

  @Test func cursorsAreReadBackAndOpaque() throws {
    let id = AlertID(high: 0x018f_3c5e_9f00_7abc, low: 0x8def_0123_4567_89ab)
    let text = Cursor.text(id)
    #expect(text.wholeMatch(of: /[A-Za-z0-9._~-]+/) != nil)
    #expect(Cursor.alert(text) == id)
    #expect(Cursor.alert("b" + text.dropFirst()) == nil)
  }
}
