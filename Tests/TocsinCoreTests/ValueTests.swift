import Fuzzing
import Testing
import TocsinCore

@Suite struct TimestampTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
    (1_709_164_800_125, "2024-02-29T00:00:00.125Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (1_769_851_800_125, "2026-01-31T09:30:00.125Z"),
    (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    (-11_676_096_000_000, "1600-01-01T00:00:00.000Z"),
  ])
  func knownMoments(_ milliseconds: Int64, _ text: String) {
    let time = Timestamp(milliseconds: milliseconds)
    #expect(time.description == text)
    #expect(Timestamp(text) == time)
    var bytes: [UInt8] = [1]
    time.append(to: &bytes)
    #expect(bytes == [1] + Array(text.utf8))
  }

  @Test func everyDayOfFourCenturies() {
    var expected = (year: 1999, month: 12, day: 31)
    for day in 10_957..<(10_957 + 146_097) as Range<Int64> {
      let isLeap = expected.year % 4 == 0 && (expected.year % 100 != 0 || expected.year % 400 == 0)
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      expected.day += 1
      if expected.day > lengths[expected.month - 1] {
        expected.day = 1
        expected.month += 1
      }
      if expected.month > 12 {
        expected.month = 1
        expected.year += 1
      }
      let text = Timestamp(milliseconds: day * 86_400_000).description
      let parts = text.prefix(10).split(separator: "-").compactMap { Int($0) }
      guard parts == [expected.year, expected.month, expected.day] else {
        Issue.record("\(text) is not \(expected)")
        return
      }
    }
  }

  @Test(arguments: [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max])
  func arithmeticEndsWhereTheNumbersDo(_ milliseconds: Int64) {
    let time = Timestamp(milliseconds: milliseconds)
    for step in [Int64.min, -1, 0, 1, .max] {
      let moved = time.advanced(by: step)
      #expect(step < 0 ? moved <= time : moved >= time)
    }
    var generator = SystemRandomNumberGenerator()
    let id = AlertID(at: time, using: &generator)
    #expect(AlertID(lowerBound: time) <= id)
    #expect(AlertID(lowerBound: Timestamp(milliseconds: 0)) <= AlertID(lowerBound: time))
    #expect(AlertID(lowerBound: time).timestamp.description.count == 24)
  }

  @Test func momentsThatTextCannotExpressAreClamped() {
    #expect(Timestamp(milliseconds: .max).description == "9999-12-31T23:59:59.999Z")
    #expect(Timestamp(milliseconds: .min).description == "0000-01-01T00:00:00.000Z")
  }

  @Test(arguments: [
    ("2026-01-31T09:30:00Z", 1_769_851_800_000), ("2026-01-31t09:30:00.1z", 1_769_851_800_100),
    ("2026-01-31 09:30:00.123456789Z", 1_769_851_800_123),
  ])
  func otherForms(_ text: String, _ milliseconds: Int64) {
    #expect(Timestamp(text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "2026-01-31", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T09:60:00Z", "2026-01-31T09:30:00",
    "2026-01-31T09:30:00.Z",
    "2026-01-31T09:30:00+01:00", "2026-01-31T09:30:00.1234567890Z", "2026-01-31T09:30:0xZ", "٢026-01-31T09:30:00Z",
  ])
  func refuses(_ text: String) {
    #expect(Timestamp(text) == nil)
  }
}

@Suite struct AlertIDTests {
  @Test func textRoundTrip() {
    let text = "0195d0c4-8f00-7abc-8def-0123456789ab"
    #expect(AlertID(text)?.description == text)
    #expect(AlertID(text.uppercased())?.description == text)
    var bytes: [UInt8] = [9]
    AlertID(text)?.append(to: &bytes)
    #expect(bytes == [9] + Array(text.utf8))
    for bad in ["", String(text.dropLast()), text + "0", text.replacing("-", with: "0"), "g" + text.dropFirst()] {
      #expect(AlertID(bad) == nil)
    }
  }

  @Test func sortsByTimeAndSaysIt() {
    var generator = SeededGenerator(seed: 5)
    var last = AlertID(high: 0, low: 0)
    for step in 0..<1000 {
      let time = Timestamp(milliseconds: 1_769_851_800_000 + Int64(step) * 7)
      let id = AlertID(at: time, using: &generator)
      #expect(id.timestamp == time)
      #expect(id > last)
      #expect(id >= AlertID(lowerBound: time))
      #expect(id < AlertID(lowerBound: time.advanced(by: 1)))
      #expect(id.description > last.description)
      let digits = Array(id.description)
      #expect(digits[14] == "7")
      #expect("89ab".contains(digits[19]))
      last = id
    }
  }

  @Test func isRandom() {
    var generator = SystemRandomNumberGenerator()
    let now = Timestamp(milliseconds: 1_769_851_800_000)
    #expect(Set((0..<1000).map { _ in AlertID(at: now, using: &generator) }).count == 1000)
  }
}

@Suite struct EventIDTests {
  @Test func textRoundTrip() {
    for id in [EventID(epoch: "a.b-c", milliseconds: 17, sequence: .max), EventID(beginningOf: "e")] {
      #expect(EventID(id.description) == id)
    }
    #expect(EventID(epoch: "e", entry: "12-3")?.description == "e.12-3")
    for bad in ["", "e", ".1-2", "e.1", "e.1-2-3", "e.-1", "e.1-", "e.x-1", "e.99999999999999999999-1"] {
      #expect(EventID(bad) == nil, "\(bad)")
    }
  }

  @Test func order() {
    let id = EventID(epoch: "e", milliseconds: 5, sequence: 5)
    #expect(id.isAfter(EventID(epoch: "e", milliseconds: 4, sequence: 9)))
    #expect(id.isAfter(EventID(epoch: "e", milliseconds: 5, sequence: 4)))
    #expect(!id.isAfter(id))
  }
}

@Suite struct OtherValueTests {
  @Test func keysOfEntitiesAreUnique() {
    let entities = [Entity(campaignID: "a:b"), Entity(campaignID: "a", adID: "b"), Entity(campaignID: "a", adID: "b:")]
    #expect(Set(entities.map(\.key)).count == 3)
    #expect(entities[1].description == "a:b")
  }

  @Test(
    arguments: [
      (AlertState.open, AlertAction.acknowledge, AlertState.acknowledged), (.open, .resolve, .resolved),
      (.acknowledged, .resolve, .resolved), (.acknowledged, .acknowledge, nil), (.resolved, .acknowledge, nil),
      (.resolved, .resolve, nil),
    ] as [(AlertState, AlertAction, AlertState?)])
  func lifeOfAnAlert(_ state: AlertState, _ action: AlertAction, _ next: AlertState?) {
    #expect(state.after(action) == next)
  }

  @Test func aMomentThatLiesTooFarAwayIsTheLastOne() {
    #expect(Timestamp(milliseconds: .max).advanced(by: 1).milliseconds == .max)
    #expect(Timestamp(milliseconds: -5).advanced(by: .min).milliseconds == .min)
    #expect(Timestamp(milliseconds: 5).advanced(by: -6).milliseconds == -1)
  }
}
