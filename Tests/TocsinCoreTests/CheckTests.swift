import Testing
import TocsinCore
import TocsinJSON

@Suite struct CheckTests {
  @Test func readsAllFields() throws {
    let check = try Check(
      text: """
        {"metric_name": "roas", "metric_value": 1.5, "campaign_id": "c1", "campaign_name": "Summer \\u00e9",
         "ad_id": "a1", "context": {"region": "eu", "n": [1, 2]}, "alert_types": ["roas_drop", "roas_drop"]}
        """)
    #expect(
      check
        == Check(
          metricName: "roas", metricValue: 1.5, entity: Entity(campaignID: "c1", adID: "a1"), campaignName: "Summer é",
          context: ["region": "eu", "n": [1, 2]], alertTypes: [.roasDrop]))
  }

  @Test func optionalFieldsMayBeAbsentNullOrEmpty() throws {
    let bare = try Check(
      text: #"{"metric_name":"m","metric_value":9007199254740993,"campaign_id":"c","campaign_name":""}"#)
    let nulls = try Check(
      text: #"""
        {"metric_name":"m","metric_value":9007199254740993,"campaign_id":"c","campaign_name":"",
        "ad_id":null,"context":null,"alert_types":null}
        """#)
    let empty = try Check(
      text: #"""
        {"metric_name":"m","metric_value":9007199254740993,"campaign_id":"c","campaign_name":"",
        "ad_id":"","context":{},"alert_types":[]}
        """#)
    #expect(bare == nulls)
    #expect(bare == empty)
    #expect(bare.alertTypes == nil)
    #expect(bare.metricValue == 9_007_199_254_740_992)
  }

  @Test func escapedNamesCount() throws {
    let check = try Check(
      text: #"{"metric\u005fname":"m","metric_value":1,"campaign_id":"c","campaign_name":"n"}"#)
    #expect(check.metricName == "m")
  }

  @Test(
    arguments: [
      ("[]", ["": "must be an object"]), ("7", ["": "must be an object"]),
      (
        "{}",
        [
          "/metric_name": "is required", "/metric_value": "is required", "/campaign_id": "is required",
          "/campaign_name": "is required",
        ]
      ),
      (
        #"{"metric_name":7,"metric_value":"1","campaign_id":"","campaign_name":null,"ad_id":[],"context":[],"alert_types":"x"}"#,
        [
          "/metric_name": "must be a string", "/metric_value": "finite number", "/campaign_id": "must not be empty",
          "/campaign_name": "is required", "/ad_id": "must be a string", "/context": "must be an object",
          "/alert_types": "must be an array",
        ]
      ),
      (
        #"{"metric_name":"m","metric_value":1e400,"campaign_id":"c","campaign_name":"n","context":{"a":[-1e999]}}"#,
        ["/metric_value": "finite", "/context": "finite"]
      ),
      (#"{"metric_name":"m","metric_value":NaN,"campaign_id":"c","campaign_name":"n"}"#, ["/metric_value": "finite"]),
      (
        #"{"metric_name":"m","metric_value":1,"campaign_id":"c","campaign_name":"n","more":1e400}"#,
        ["/more": "more is not known; known are metric_name, "]
      ),
      (
        #"{"metric_name":"m","metric_valeu":1,"campaign_id":"c","campaign_name":"n","Context":{},"a/b~":0}"#,
        [
          "/metric_valeu": "metric_valeu is not known; did you mean metric_value?",
          "/Context": "did you mean context?", "/a~1b~0": "a/b~ is not known; known are",
          "/metric_value": "is required",
        ]
      ),
      (
        #"{"metric_name":"m","metric_value":true,"campaign_id":"c","campaign_name":"n","alert_types":["roas_drop","no"]}"#,
        ["/metric_value": "finite", "/alert_types": "`low_impressions`"]
      ),
    ] as [(String, [String: String])])
  func namesEveryFault(_ text: String, _ expected: [String: String]) {
    let error = #expect(throws: ValidationError.self) { try Check(text: text) }
    #expect(error?.kind == .invalid)
    #expect(Set(error?.errors.map(\.pointer) ?? []) == Set(expected.keys))
    #expect(error?.errors.count == expected.count)
    for fault in error?.errors ?? [] {
      #expect(fault.detail.contains(expected[fault.pointer] ?? "?"), "\(fault)")
    }
  }

  @Test(arguments: [
    "", "{", #"{"metric_name":"a","metric_name":"b"}"#, #"{"x":1,"x":2}"#, #"{"metric_value":01}"#, "{} x",
    "\u{feff}{}",
    #"{"context":{"a":1,"a":2}}"#, #"{"campaign_id":"\u0000"}"#, #"{"x":"\ud800"}"#,
    #"{"ad_id":"a","ad\u005fid":"b"}"#,
  ])
  func refusesWhatIsNotJSON(_ text: String) {
    #expect(#expect(throws: ValidationError.self) { try Check(text: text) }?.kind == .malformed)
  }

  @Test(arguments: [
    ("metric_name", 256, true), ("metric_name", 257, false), ("campaign_id", 256, true), ("campaign_id", 257, false),
    ("campaign_name", 512, true), ("campaign_name", 513, false), ("ad_id", 256, true), ("ad_id", 257, false),
  ])
  func limitsStrings(_ field: String, _ length: Int, _ isAllowed: Bool) throws {
    var body: JSONObject = ["metric_name": "m", "metric_value": 1, "campaign_id": "c", "campaign_name": "n"]
    body[field] = .string(String(repeating: "é", count: length / 2) + (length % 2 == 1 ? "x" : ""))
    if isAllowed {
      _ = try Check(text: JSON.object(body).text)
    } else {
      let error = #expect(throws: ValidationError.self) { try Check(text: JSON.object(body).text) }
      #expect(error?.errors.map(\.pointer) == ["/\(field)"])
      #expect(error?.detail.contains("\(length)") == true)
    }
  }

  @Test func limitsTheContext() throws {
    func body(_ context: String) -> String {
      #"{"metric_name":"m","metric_value":1,"campaign_id":"c","campaign_name":"n","context":"# + context + "}"
    }
    let fill = (16 << 10) - #"{"a":""}"#.utf8.count
    _ = try Check(text: body(#"{"a":""# + String(repeating: "x", count: fill) + #""}"#))
    #expect(throws: ValidationError.self) {
      try Check(text: body(#"{"a":""# + String(repeating: "x", count: fill + 1) + #""}"#))
    }
    // As it stands in the body: white space counts, too.
    #expect(throws: ValidationError.self) { try Check(text: body("{" + String(repeating: " ", count: 16 << 10) + "}")) }
    func nested(_ levels: Int) -> String {
      String(repeating: #"{"a":"#, count: levels) + "1" + String(repeating: "}", count: levels)
    }
    _ = try Check(text: body(nested(32)))
    let error = #expect(throws: ValidationError.self) { try Check(text: body(nested(33))) }
    #expect(error?.kind == .invalid)
    #expect(error?.detail.contains("33") == true)
  }

  @Test func aParsedCheckIsTheSame() throws {
    let text = #"{"metric_name":"m","metric_value":1,"campaign_id":"c","campaign_name":"n","context":{"a":{"b":1}}}"#
    #expect(try Check(json: JSON(parsing: text)) == Check(text: text))
    let error = #expect(throws: ValidationError.self) { try Check(json: ["metric_value": nil], pointer: "/checks/3") }
    #expect(error?.errors.first?.pointer == "/checks/3/metric_name")
  }

  @Test(
    arguments: [
      (CheckShorthand.roas, "roas", [.roasDrop]),
      (.budget, "budget_spent_pct", [.budgetWarning, .budgetDepleted]), (.ctr, "ctr_drop_pct", [.ctrAnomaly]),
      (.conversions, "conversion_spike_pct", [.conversionSpike]),
    ] as [(CheckShorthand, String, [AlertType])])
  func shortForms(_ kind: CheckShorthand, _ field: String, _ types: [AlertType]) throws {
    let body = Array(
      #"{"campaign_id":"c","campaign_name":"n","\#(field)":81.5,"context":{"k":1}}"#.utf8)
    let check = try body.withUnsafeBytes { try Check.shorthand(kind, body: $0) }
    #expect(
      check
        == Check(
          metricName: field, metricValue: 81.5, entity: Entity(campaignID: "c"), campaignName: "n", context: ["k": 1],
          alertTypes: types))
    let empty = Array(#"{"campaign_id":"c","campaign_name":"n","metric_name":"x"}"#.utf8)
    let error = #expect(throws: ValidationError.self) {
      try empty.withUnsafeBytes { try Check.shorthand(kind, body: $0) }
    }
    #expect(error?.errors.map(\.pointer) == ["/metric_name", "/\(field)"])
    #expect(types.allSatisfy { $0.usualMetric == kind.metricName })
    #expect(AlertType.allCases.filter { $0.usualMetric == field } == types)
  }
}

@Suite struct CheckBatchTests {
  private let good = #"{"metric_name":"m","metric_value":1,"campaign_id":"c","campaign_name":"n"}"#

  private func batch(_ text: String) throws -> [Result<Check, ValidationError>] {
    try Array(text.utf8).withUnsafeBytes { try Check.batch(body: $0) }
  }

  @Test func oneBadCheckFailsAlone() throws {
    let results = try batch(
      #"{"checks":[\#(good),{"metric_name":"m"},7,{"metric_value":1e999,"campaign_id":"c","tags":1},\#(good)]}"#)
    #expect(results.count == 5)
    #expect((try? results[0].get())?.metricName == "m")
    #expect((try? results[4].get())?.metricName == "m")
    #expect(
      pointers(results[1]) == ["/checks/1/metric_value", "/checks/1/campaign_id", "/checks/1/campaign_name"])
    #expect(pointers(results[2]) == ["/checks/2"])
    #expect(
      pointers(results[3]) == [
        "/checks/3/metric_value", "/checks/3/tags", "/checks/3/metric_name", "/checks/3/campaign_name",
      ])
  }

  private func pointers(_ result: Result<Check, ValidationError>) -> [String] {
    if case .failure(let error) = result { error.errors.map(\.pointer) } else { [] }
  }

  @Test(arguments: [
    ("{}", "/checks"), (#"{"checks":[]}"#, "/checks"), (#"{"checks":{}}"#, "/checks"), (#"{"checks":null}"#, "/checks"),
    ("[]", ""), (#"{"checks":[{}],"x":1}"#, "/x"),
  ])
  func refusesTheWhole(_ text: String, _ pointer: String) {
    let error = #expect(throws: ValidationError.self) { try batch(text) }
    #expect(error?.kind == .invalid)
    #expect(error?.errors.map(\.pointer) == [pointer])
  }

  @Test func namesTheListThatWasMeant() {
    let error = #expect(throws: ValidationError.self) { try batch(#"{"check":[\#(good)]}"#) }
    #expect(error?.errors.map(\.detail).first == "check is not known; did you mean checks?")
    #expect(error?.errors.map(\.pointer) == ["/check", "/checks"])
  }

  /// A body full of keys that nobody knows costs no more than reading it, and gives no endless answer.
  @Test func ofManyUnknownKeysOnlySomeAreNamed() throws {
    let keys = (0..<1000).map { #""k\#($0)":\#($0)"# }.joined(separator: ",")
    let error = #expect(throws: ValidationError.self) { try Check(text: "{\(keys)}") }
    #expect(error?.errors.count { $0.detail.contains("is not known") } == 20)
    #expect(error?.errors.contains { $0.pointer == "" && $0.detail == "980 more names are not known." } == true)
    let results = try batch(#"{"checks":[{\#(keys)},{"campaignid":"c"}]}"#)
    #expect(pointers(results[0]).count { $0.hasPrefix("/checks/0/k") } == 20)
    #expect(pointers(results[1]).first == "/checks/1/campaignid")
  }

  @Test func limitsTheirNumber() throws {
    func checks(_ count: Int) -> String {
      #"{"checks":["# + Array(repeating: good, count: count).joined(separator: ",") + "]}"
    }
    #expect(try batch(checks(1000)).count == 1000)
    #expect(#expect(throws: ValidationError.self) { try batch(checks(1001)) }?.kind == .invalid)
  }

  @Test func malformedIsRefusedAsAWhole() {
    for text in [#"{"checks":[\#(good),{"a"}]}"#, #"{"checks":[\#(good)],"checks":[]}"#, #"{"checks":[\#(good)"#] {
      #expect(#expect(throws: ValidationError.self) { try batch(text) }?.kind == .malformed)
    }
  }
}

@Suite struct CheckPrefixTests {
  private let seed = Array(
    #"""
    {"metric_name":"roas","metric_value":-1.25e2,"campaign_id":"c\u00e9","campaign_name":"Sümmer 😀","ad_id":null,
    "context":{"a":[1,2,{"b":true}],"c":"x","other":[[],{}]},"alert_types":["roas_drop","high_cpa"]}
    """#.utf8)

  @Test func everyPrefixFailsCleanly() {
    for length in 0..<seed.count - 1 {
      let error = #expect(throws: ValidationError.self) {
        try seed[..<length].withUnsafeBytes { try Check(body: $0) }
      }
      #expect(error?.kind == .malformed, "\(length)")
    }
  }
}
