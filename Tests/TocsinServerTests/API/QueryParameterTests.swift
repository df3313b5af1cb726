import Testing
import TocsinCore

@testable import TocsinServer

@Suite struct QueryParameterTests {
  @Test func readsWhatIsThere() throws {
    var query = try QueryParameters("campaign_id=a%20b+c%C3%BC&limit=7&enabled_only=True&severity=high&other=%7E")
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
    let problem = #expect(throws: Problem.self) { try QueryParameters(query) }
    #expect(problem?.status == 400)
  }

  @Test(arguments: [
    ("limit=0", "limit"), ("limit=11", "limit"), ("limit=1.5", "limit"), ("limit=", "limit"), ("limit=+5", "limit"),
    ("limit=1&limit=2", "limit"), ("campaign_id=", "campaign_id"), ("campaign_id=a%00", "campaign_id"),
    ("campaign_id=\(String(repeating: "a", count: 257))", "campaign_id"), ("severity=worst", "severity"),
    ("enabled_only=1", "enabled_only"), ("cursor=b", "cursor"), ("cursor=a018f3c5e", "cursor"),
  ])
  func namesTheParameterThatIsWrong(text: String, name: String) throws {
    var query = try QueryParameters(text)
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
    var query = try QueryParameters("limit=x&severity=y")
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
