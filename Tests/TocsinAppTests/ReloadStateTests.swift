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
    _ configuration: ReceiverConfiguration?, file: UInt64, template: UInt64 = 1, text: String = ""
  ) -> ReadingAttempt {
    ReadingAttempt(
      result: configuration.map { .success($0) } ?? .failure(error),
      files: ["file": FileImage(stamp: stamp(file), text: .success(text))],
      templateStamps: ["template": stamp(template)], receiversOfVariables: [], saysNobody: false, variables: [])
  }

  private func found(_ file: UInt64, template: UInt64 = 1) -> [String: FileStamp] {
    ["file": stamp(file), "template": stamp(template)]
  }

  /// One that has read the first file and found it as it was.
  private func started() -> ReloadState {
    var state = ReloadState(current: one)
    #expect(state.looked([:]) == true, "the file may have changed since the start")
    #expect(state.read(attempt(one, file: 1)) == .confirm)
    #expect(state.looked(found(1)) == true)
    #expect(state.read(attempt(one, file: 1)) == .keep)
    return state
  }

  @Test func aChangeCountsOnceItWasFoundTwice() {
    var state = started()
    #expect(state.paths == ["file", "template"])
    #expect(state.looked(found(1)) == false)
    #expect(state.looked(found(2)) == true)
    #expect(state.read(attempt(two, file: 2)) == .confirm, "it may still be written")
    #expect(state.looked(found(3)) == true)
    #expect(state.read(attempt(two, file: 3)) == .confirm, "it was still written")
    #expect(state.looked(found(3)) == true)
    #expect(state.read(attempt(two, file: 3, text: "b")) == .confirm, "and again, too fast for the file's times")
    #expect(state.looked(found(3)) == true)
    #expect(state.read(attempt(two, file: 3, text: "b")) == .apply(two, ReceiverChanges(from: one, to: two)))
    state.applied(two)
    #expect(state.current == two)
    #expect(state.looked(found(3)) == false)
  }

  @Test func aChangeThatIsTakenBackMeansTheSame() {
    var state = started()
    #expect(state.looked(found(2)) == true)
    #expect(state.read(attempt(two, file: 2)) == .confirm)
    #expect(state.looked(found(1)) == true)
    #expect(state.read(attempt(one, file: 1)) == .confirm)
    #expect(state.looked(found(1)) == true)
    #expect(state.read(attempt(one, file: 1)) == .keep)
    #expect(state.looked(found(1)) == false)
  }

  @Test func whatChangedBetweenReadingAndStartingIsTakenUp() {
    var state = ReloadState(current: one)
    #expect(state.read(attempt(two, file: 1)) == .confirm)
    #expect(state.read(attempt(two, file: 1)) == .apply(two, ReceiverChanges(from: one, to: two)))
  }

  @Test func whatCannotBeUsedIsRefusedOnce() {
    var state = started()
    #expect(state.looked(found(2)) == true)
    #expect(state.read(attempt(nil, file: 2)) == .confirm)
    #expect(state.read(attempt(nil, file: 2)) == .refuse(error))
    #expect(state.current == one)
    #expect(state.looked(found(2)) == false)
    #expect(state.looked(found(3)) == true)
    #expect(state.read(attempt(one, file: 3)) == .confirm)
    #expect(state.read(attempt(one, file: 3)) == .keep, "it is as it was before")
  }

  @Test func aSignalAppliesInAnyCaseButWaitsForTheFileToo() {
    var state = started()
    state.force()
    #expect(state.looked(found(1)) == true)
    #expect(state.read(attempt(one, file: 1)) == .confirm)
    #expect(state.read(attempt(one, file: 1)) == .apply(one, ReceiverChanges(from: one, to: one)))
    state.applied(one)
    #expect(state.looked(found(1)) == false)
  }

  @Test func aTemplateThatChangedIsTakenUp() {
    var state = started()
    #expect(state.looked(found(1, template: 2)) == true)
    #expect(state.read(attempt(one, file: 1, template: 2)) == .confirm)
    #expect(
      state.read(attempt(one, file: 1, template: 2)) == .apply(one, ReceiverChanges(from: one, to: one)))
  }

  /// Looks that pass until the configuration is read again.
  private func looks(_ state: inout ReloadState, _ found: [String: FileStamp]) -> Int {
    var count = 1
    while !state.looked(found), count < 1000 { count += 1 }
    return count
  }

  @Test func whatWasNotTakenUpIsTriedAgainLessAndLessOften() {
    var state = started()
    #expect(state.looked(found(2)) == true)
    var pauses: [Int] = []
    for round in 0..<9 {
      #expect(state.read(attempt(two, file: 2)) == .confirm)
      #expect(state.looked(found(2)) == true)
      #expect(state.read(attempt(two, file: 2)) == .apply(two, ReceiverChanges(from: one, to: two)))
      #expect(state.refused("no room") == (round == 0), "a reason is news once")
      pauses.append(looks(&state, found(2)))
    }
    #expect(pauses == [2, 4, 8, 16, 32, 64, 128, 128, 128])
    #expect(state.refused("another reason") == true)
    #expect(looks(&state, found(2)) == 2)
    #expect(state.read(attempt(two, file: 2)) == .confirm)
    #expect(state.read(attempt(two, file: 2)) == .apply(two, ReceiverChanges(from: one, to: two)))
    state.applied(two)
    #expect(looks(&state, found(2)) == 1000, "it counts")
  }

  @Test func whatCouldNotBeReadIsTriedAgain() {
    var state = started()
    #expect(state.looked(found(2)) == true)
    #expect(state.read(attempt(nil, file: 2)) == .confirm)
    #expect(state.read(attempt(nil, file: 2)) == .refuse(error))
    #expect(state.refused("\(error)") == true)
    #expect(looks(&state, found(2)) == 2)
    #expect(state.read(attempt(two, file: 2)) == .confirm, "a name server is back, or a right was given")
    #expect(state.read(attempt(two, file: 2)) == .apply(two, ReceiverChanges(from: one, to: two)))
  }

  @Test func aTemplateAndASignalThatWereNotTakenUpAreTriedAgain() {
    var state = started()
    state.force()
    for _ in 1...3 {
      #expect(state.read(attempt(one, file: 1, template: 2)) == .confirm)
      #expect(
        state.read(attempt(one, file: 1, template: 2)) == .apply(one, ReceiverChanges(from: one, to: one)))
      _ = state.refused("no room")
    }
    state.force()
    #expect(state.read(attempt(one, file: 1, template: 2)) == .confirm)
    #expect(state.read(attempt(one, file: 1, template: 2)) == .apply(one, ReceiverChanges(from: one, to: one)))
    #expect(state.refused("no room") == true, "who sends a signal wants an answer")
  }

  @Test func aConfigurationThatWasNotTakenUpStaysAChange() {
    var state = started()
    for _ in 1...2 {
      state.force()
      #expect(state.read(attempt(two, file: 1)) == .confirm)
      // Nobody says that it was applied.
      #expect(state.read(attempt(two, file: 1)) == .apply(two, ReceiverChanges(from: one, to: two)))
      #expect(state.current == one)
    }
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
