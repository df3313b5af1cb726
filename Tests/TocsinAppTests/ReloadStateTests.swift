import Testing
import TocsinCore
import TocsinNotifiers

@testable import TocsinApp

@Suite struct ReloadStateTests {
  private let one = ReceiverConfiguration(consoleURL: "https://one.example.org")
  private let two = ReceiverConfiguration(consoleURL: "https://two.example.org")
  private let error = ConfigurationError("routes: must be a list")

  private func stamp(_ inode: UInt64) -> FileStamp {
    .present(device: 1, inode: inode, size: 1, modified: [1, 0], changed: [1, 0])
  }

  private func attempt(
    _ configuration: ReceiverConfiguration?, file: UInt64, template: UInt64 = 1
  ) -> ReadingAttempt {
    ReadingAttempt(
      result: configuration.map { .success($0) } ?? .failure(error), stamps: ["file": stamp(file)],
      templateStamps: ["template": stamp(template)])
  }

  private func found(_ file: UInt64, template: UInt64 = 1) -> [String: FileStamp] {
    ["file": stamp(file), "template": stamp(template)]
  }

  @Test func aChangeIsReadOnceItHasSettled() {
    var state = ReloadState(current: one)
    #expect(state.read(attempt(one, file: 1), because: .start) == .keep)
    #expect(state.paths == ["file", "template"])
    #expect(state.looked(found(1)) == .unchanged)
    #expect(state.looked(found(2)) == .unsettled, "it may still be written")
    #expect(state.looked(found(3)) == .unsettled, "it was still written")
    #expect(state.looked(found(3)) == .changed)
    #expect(state.read(attempt(two, file: 3), because: .look) == .apply(two, ReceiverChanges(from: one, to: two)))
    state.applied(two)
    #expect(state.current == two)
    #expect(state.looked(found(3)) == .unchanged)
    #expect(state.looked(found(3)) == .unchanged)
  }

  @Test func aChangeThatIsTakenBackIsNotRead() {
    var state = ReloadState(current: one)
    #expect(state.read(attempt(one, file: 1), because: .start) == .keep)
    #expect(state.looked(found(2)) == .unsettled)
    #expect(state.looked(found(1)) == .unchanged)
    #expect(state.looked(found(2)) == .unsettled)
    #expect(state.looked(found(2)) == .changed)
  }

  @Test func whatChangedBetweenReadingAndStartingIsTakenUp() {
    var state = ReloadState(current: one)
    #expect(state.read(attempt(two, file: 1), because: .start) == .apply(two, ReceiverChanges(from: one, to: two)))
  }

  @Test func whatCannotBeUsedIsRefusedOnce() {
    var state = ReloadState(current: one)
    #expect(state.read(attempt(one, file: 1), because: .start) == .keep)
    #expect(state.looked(found(2)) == .unsettled)
    #expect(state.looked(found(2)) == .changed)
    #expect(state.read(attempt(nil, file: 2), because: .look) == .refuse(error))
    #expect(state.current == one)
    #expect(state.looked(found(2)) == .unchanged)
    #expect(state.looked(found(2)) == .unchanged)
    #expect(state.looked(found(3)) == .unsettled)
    #expect(state.looked(found(3)) == .changed)
    #expect(state.read(attempt(one, file: 3), because: .look) == .keep, "it is as it was before")
  }

  @Test func aSignalReadsInAnyCase() {
    var state = ReloadState(current: one)
    #expect(state.read(attempt(one, file: 1), because: .start) == .keep)
    #expect(state.read(attempt(one, file: 1), because: .signal) == .apply(one, ReceiverChanges(from: one, to: one)))
  }

  @Test func aTemplateThatChangedIsTakenUp() {
    var state = ReloadState(current: one)
    #expect(state.read(attempt(one, file: 1), because: .start) == .keep)
    #expect(state.looked(found(1, template: 2)) == .unsettled)
    #expect(state.looked(found(1, template: 2)) == .changed)
    #expect(
      state.read(attempt(one, file: 1, template: 2), because: .look)
        == .apply(one, ReceiverChanges(from: one, to: one)))
  }

  @Test func aConfigurationThatWasNotTakenUpStaysAChange() {
    var state = ReloadState(current: one)
    #expect(state.read(attempt(two, file: 1), because: .signal) == .apply(two, ReceiverChanges(from: one, to: two)))
    // Nobody said that it was applied.
    #expect(state.read(attempt(two, file: 1), because: .signal) == .apply(two, ReceiverChanges(from: one, to: two)))
    #expect(state.current == one)
  }

  @Test func changesHaveNames() throws {
    func configuration(_ names: [String], url: String) throws -> ReceiverConfiguration {
      let lines = names.map { "  - {name: \($0), discord: {url: \"https://hooks.example.org/\($0)\(url)\"}}\n" }
      return try read("receivers:\n" + lines.joined())
    }
    let old = try configuration(["a", "b", "c"], url: "1")
    var new = try configuration(["d", "c"], url: "1")
    new.receivers += try configuration(["b"], url: "2").receivers
    new.retry = .init()
    let changes = ReceiverChanges(from: old, to: new)
    #expect(changes.added == ["d"])
    #expect(changes.removed == ["a"])
    #expect(changes.changed == ["b"])
    #expect(changes.settings == ["routes", "deliveries"])
  }
}
