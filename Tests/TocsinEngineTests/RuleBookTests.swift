import Testing
import TocsinCore

@testable import TocsinEngine

@Suite struct RuleBookTests {
  func rule(_ id: String, version: Int64, threshold: Double = 1) -> AlertRule {
    AlertRule(
      ruleID: id, name: id, alertType: .roasDrop, severity: .high, threshold: threshold, version: version)
  }

  func snapshot(_ version: Int64, _ rules: [AlertRule]) -> RuleSnapshot {
    RuleSnapshot(version: version, rules: [.standard: rules])
  }

  @Test func beforeAnythingIsLoadedThereIsNoIndex() {
    let book = RuleBook()
    #expect(book.index(of: .standard) == nil)
    book.apply(snapshot(0, []))
    #expect(book.index(of: .standard)?.rules == [])
    #expect(book.index(of: Tenant(rawValue: "other"))?.rules == [])
  }

  @Test func anOwnChangeIsInForceAtOnceAndAnOlderSnapshotDoesNotUndoIt() {
    let book = RuleBook()
    book.apply(snapshot(1, [rule("a", version: 1)]))
    book.apply(rule("a", version: 3, threshold: 9), tenant: .standard)
    #expect(book.index(of: .standard)?["a"]?.threshold == 9)
    book.apply(snapshot(2, [rule("a", version: 1), rule("b", version: 2)]))
    #expect(book.index(of: .standard)?["a"]?.threshold == 9)
    #expect(book.index(of: .standard)?["b"] != nil)
    #expect(book.version == 2)
  }

  @Test func whatThisReleaseCannotReadIsPassedOnUntilItIsReplaced() {
    let foreign = ["a", "b"].map {
      ForeignRule(tenant: .standard, ruleID: $0, version: 2, stored: Array(#"{"alert_type": "spend"}"#.utf8))
    }
    let book = RuleBook()
    book.apply(RuleSnapshot(version: 2, rules: [:], foreign: foreign))
    book.apply(rule("c", version: 3), tenant: .standard)
    #expect(book.snapshot.foreign == foreign)
    #expect(book.isForeign("a", tenant: .standard) && !book.isForeign("c", tenant: .standard))
    #expect(book.index(of: .standard)?["a"] == nil && book.index(of: .standard)?["c"] != nil)
    book.remove("a", tenant: .standard, version: 4)
    #expect(book.snapshot.foreign == [foreign[1]])
  }

  @Test func aDeletionOfItsOwnHoldsUntilASnapshotContainsIt() {
    let book = RuleBook()
    book.apply(snapshot(1, [rule("a", version: 1)]))
    book.remove("a", tenant: .standard, version: 2)
    #expect(book.index(of: .standard)?["a"] == nil)
    book.apply(snapshot(1, [rule("a", version: 1)]))
    #expect(book.index(of: .standard)?["a"] == nil)
    book.apply(snapshot(3, [rule("a", version: 3)]))
    #expect(book.index(of: .standard)?["a"]?.version == 3)
  }

  @Test func anOlderSnapshotIsRefused() {
    let book = RuleBook()
    book.apply(snapshot(5, [rule("a", version: 5)]))
    #expect(!book.apply(snapshot(4, [])))
    #expect(book.index(of: .standard)?["a"] != nil)
  }

  @Test func aNewHistoryGoesBackAndOwnChangesOfTheOldOneCountNoMore() {
    let book = RuleBook()
    book.apply(snapshot(9, [rule("a", version: 9)]), history: "h1")
    book.apply(rule("b", version: 11), tenant: .standard)
    #expect(!book.apply(snapshot(4, []), history: "h1"))
    #expect(!book.apply(snapshot(4, [])))
    #expect(book.apply(snapshot(4, [rule("a", version: 4)]), history: "h2"))
    #expect(book.index(of: .standard)?.rules.map(\.version) == [4])
    #expect(book.version == 4)
    #expect(book.history == "h2")
    book.apply(rule("b", version: 5), tenant: .standard)
    #expect(book.index(of: .standard)?["b"] != nil)
    book.begin("h3", with: snapshot(3, []))
    #expect(book.index(of: .standard)?.rules == [])
    #expect(book.history == "h3")
  }

  @Test func theFirstHistoryThatIsHeardOfIsNoNewOne() {
    let book = RuleBook()
    book.apply(snapshot(9, [rule("a", version: 9)]))
    #expect(book.history == nil)
    #expect(!book.apply(snapshot(8, []), history: "h1"))
    #expect(book.version == 9)
    #expect(book.history == "h1")
  }
}
