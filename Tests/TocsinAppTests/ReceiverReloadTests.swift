import Foundation
import ServiceLifecycle
import Synchronization
import TestLog
import Testing
import TocsinNotifiers
import UnixSignals

@testable import TocsinApp

@Suite struct ReceiverReloadTests {
  /// What a service did, step by step: each step changes files, then says why to look.
  private func steps(
    _ folder: Folder, environment: [String: String] = [:], refusing: [String] = [],
    _ steps: [(ReloadTrigger, @Sendable () throws -> Void)]
  ) async throws -> (applied: [[String]], log: [String]) {
    let file = folder["tocsin.yaml"]
    let log = LogLines()
    let applied = Mutex<[[String]]>([])
    let service = ReceiverReload(
      source: ReceiverSource(file: ConfigurationFile(reading: file), environment: environment),
      current: try ReceiverConfiguration(file: file, environment: environment),
      logger: log.logger
    ) { configuration in
      let names = configuration.receivers.map(\.name)
      if let name = names.first(where: refusing.contains) { throw ConfigurationError("\(name) has a bad template") }
      applied.withLock { $0.append(names) }
    }
    let rest = Mutex(steps[...])
    // The next step is taken when the one before is done with.
    await service.run(
      on: AsyncStream {
        guard let (trigger, change) = rest.withLock({ $0.popFirst() }) else { return nil }
        do { try change() } catch { Issue.record(error) }
        return trigger
      })
    let lines = log.lines.map { $0.replacing(folder.path + "/", with: "") }
    return (applied.withLock { $0 }, lines.filter { !$0.hasPrefix("debug") })
  }

  private func file(_ names: String...) -> String {
    "receivers:\n" + names.map { "  - {name: \($0), discord: {url_file: url}}\n" }.joined()
  }

  @Test func goodAndBadFilesOneAfterTheOther() async throws {
    let folder = try Folder(["tocsin.yaml": file("a"), "url": "https://hooks.example.org/1"])
    let nothing: @Sendable () -> Void = {}
    let (applied, log) = try await steps(
      folder,
      [
        (.look, nothing), (.look, nothing),
        (.look, { [text = file("a", "b")] in try folder.write("tocsin.yaml", text) }), (.look, nothing),
        (.look, { try folder.write("tocsin.yaml", "receivers: [{name: a}]\nroutes: 5") }), (.look, nothing),
        (.look, nothing), (.look, nothing),
        (.look, { try FileManager.default.removeItem(atPath: folder["tocsin.yaml"]) }), (.look, nothing),
        (.look, { [text = file("c")] in try folder.write("tocsin.yaml", text) }), (.look, nothing), (.look, nothing),
      ])
    #expect(applied == [["a", "b"], ["c"]])
    #expect(
      log == [
        "info: receivers and routes were read again added=b receivers=2 routes=1 settings=routes",
        "error: the configuration is refused, receivers and routes stay as they were file=tocsin.yaml "
          + "reason=receivers[0]: has no channel: add one of email, slack, webhook, teams, discord, telegram, pagerduty, "
          + "opsgenie; routes: must be a list of routes, not a single value",
        "error: the configuration is refused, receivers and routes stay as they were file=tocsin.yaml "
          + "reason=it cannot be read: No such file or directory",
        "info: receivers and routes were read again added=c receivers=1 removed=a, b routes=1 settings=routes",
      ])
  }

  @Test func aSecretThatChangesIsTakenUp() async throws {
    let folder = try Folder(["tocsin.yaml": file("a"), "url": "https://hooks.example.org/s3cret1"])
    let (applied, log) = try await steps(
      folder,
      [
        (.look, {}), (.look, { try folder.write("url", "https://hooks.example.org/s3cret2") }), (.look, {}),
        (.look, { try folder.write("url", "s3cret3") }), (.look, {}),
      ])
    #expect(applied == [["a"]])
    #expect(
      log == [
        "info: receivers and routes were read again changed=a receivers=1 routes=1",
        "error: the configuration is refused, receivers and routes stay as they were file=tocsin.yaml "
          + "reason=receivers[0].discord.url: must be a URL that begins with https:// or http://, without spaces",
      ])
  }

  @Test func aSecretThatWasMissingIsWaitedFor() async throws {
    let folder = try Folder(["tocsin.yaml": "", "url": "https://hooks.example.org/1"])
    let text = "receivers: [{name: a, slack: {url_file: later}}]"
    let (applied, log) = try await steps(
      folder,
      [
        (.look, {}), (.look, { try folder.write("tocsin.yaml", text) }), (.look, {}), (.look, {}),
        (.look, { try folder.write("later", "https://hooks.example.org/2") }), (.look, {}),
      ])
    #expect(applied == [["a"]])
    #expect(log.map { $0.prefix(5) } == ["error", "info:"])
  }

  /// A mounted ConfigMap: the file is a link through `..data`, which is swapped.
  @Test func kubernetesSwapsALink() async throws {
    let folder = try Folder(["..1/tocsin.yaml": file("a"), "..1/url": "https://hooks.example.org/1"])
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: folder["..data"], withDestinationPath: "..1")
    for name in ["tocsin.yaml", "url"] {
      try manager.createSymbolicLink(atPath: folder[name], withDestinationPath: "..data/\(name)")
    }
    let (applied, _) = try await steps(
      folder,
      [
        (.look, {}), (.look, {}),
        (
          .look,
          { [text = file("b")] in
            try folder.write("..2/tocsin.yaml", text)
            try folder.write("..2/url", "https://hooks.example.org/1")
            try FileManager.default.createSymbolicLink(atPath: folder["..new"], withDestinationPath: "..2")
            #expect(rename(folder["..new"], folder["..data"]) == 0)
          }
        ), (.look, {}),
      ])
    #expect(applied == [["b"]])
  }

  @Test func aFileThatIsOnlyWrittenAgainChangesNothing() async throws {
    let folder = try Folder(["tocsin.yaml": file("a"), "url": "https://hooks.example.org/1"])
    let (applied, log) = try await steps(
      folder,
      [
        (.look, {}), (.look, { [text = file("a")] in try folder.write("tocsin.yaml", text + "# more\n") }),
        (.look, {}),
      ])
    #expect(applied == [])
    #expect(log == [])
  }

  @Test func aSignalAppliesInAnyCase() async throws {
    let folder = try Folder(["tocsin.yaml": file("a"), "url": "https://hooks.example.org/1"])
    let (applied, log) = try await steps(folder, [(.look, {}), (.signal, {})])
    #expect(applied == [["a"]])
    #expect(log == ["info: receivers and routes were read again receivers=1 routes=1"])
  }

  @Test func whatIsNotTakenUpIsRefused() async throws {
    let folder = try Folder(["tocsin.yaml": file("a"), "url": "https://hooks.example.org/1"])
    let (applied, log) = try await steps(
      folder, refusing: ["bad"],
      [
        (.look, {}), (.signal, { [text = file("bad")] in try folder.write("tocsin.yaml", text) }), (.look, {}),
        (.signal, { [text = file("good")] in try folder.write("tocsin.yaml", text) }), (.look, {}),
      ])
    #expect(applied == [["good"]])
    #expect(
      log == [
        "error: the configuration is refused, receivers and routes stay as they were file=tocsin.yaml "
          + "reason=bad has a bad template",
        "info: receivers and routes were read again added=good receivers=1 removed=a routes=1 settings=routes",
      ])
  }

  /// A writer that has truncated the file, or has written its first part, when the file is looked at.
  @Test(arguments: ["", "receivers:\n", "receivers:", "# written by a tool\n", "port: 8000\n", "receiv", "routes: []"])
  func aHalfWrittenFileTakesNoReceiversAway(half: String) async throws {
    let folder = try Folder(["tocsin.yaml": file("a", "b"), "url": "https://hooks.example.org/1"])
    let (applied, log) = try await steps(
      folder,
      [
        (.look, {}), (.look, {}), (.look, { try folder.write("tocsin.yaml", half) }), (.look, {}), (.look, {}),
        (.signal, {}), (.look, {}),
        (.look, { [text = file("c")] in try folder.write("tocsin.yaml", text) }), (.look, {}),
      ])
    #expect(applied == [["c"]])
    // Once for the change, once for the signal.
    #expect(log.map { $0.prefix(6) } == ["error:", "error:", "info: "])
    if half != "receiv" {
      #expect(
        log[0].hasSuffix(
          "reason=the file has no receivers, and a, b would be gone: write `receivers: []` if that is right"))
    }
  }

  @Test func aFileThatSaysSoTakesAllReceiversAway() async throws {
    let folder = try Folder(["tocsin.yaml": file("a"), "url": "https://hooks.example.org/1"])
    let (applied, _) = try await steps(
      folder, [(.look, {}), (.look, { try folder.write("tocsin.yaml", "receivers: []\n") }), (.look, {})])
    #expect(applied == [[]])
  }

  @Test func receiversOfVariablesDoNotMakeUpForThoseOfTheFile() async throws {
    let folder = try Folder(["tocsin.yaml": file("a"), "url": "https://hooks.example.org/1"])
    let slack = ["ALERT_SLACK_ENABLED": "true", "ALERT_SLACK_WEBHOOK_URL": "https://hooks.example.org/s"]
    let (applied, log) = try await steps(
      folder, environment: slack,
      [(.look, {}), (.look, {}), (.look, { try folder.write("tocsin.yaml", "") }), (.look, {})])
    #expect(applied == [])
    #expect(log.count == 1)
  }

  @Test func aFileThatIsStillWrittenIsNotTaken() async throws {
    let folder = try Folder(["tocsin.yaml": file("a"), "url": "https://hooks.example.org/1"])
    let (applied, log) = try await steps(
      folder,
      [
        (.look, {}), (.look, {}),
        (.look, { [text = file("b")] in try folder.write("tocsin.yaml", text) }),
        // As long as the one before: only its content is another.
        (.look, { [text = file("c")] in try folder.write("tocsin.yaml", text) }),
        (.look, { [text = file("d", "e")] in try folder.write("tocsin.yaml", text) }), (.look, {}),
      ])
    #expect(applied == [["d", "e"]])
    #expect(log.count == 1)
  }

  /// `--config <(…)`: the text is there once.
  @Test func aPipeIsReadOnceAndNeverAgain() async throws {
    let folder = try Folder(["url": "https://hooks.example.org/1"])
    let pipe = folder["pipe.yaml"]
    #expect(mkfifo(pipe, 0o600) == 0)
    let text = file("a")
    // A thread of its own: opening a pipe waits for the other end.
    Thread.detachNewThread {
      do { try text.write(toFile: pipe, atomically: false, encoding: .utf8) } catch { Issue.record(error) }
    }
    let load = ConfigurationLoad(flags: [:], environment: [:], path: pipe)
    #expect(load.problems == [])
    let current = try load.receivers.get()
    #expect(current.receivers.map(\.name) == ["a"])
    #expect(load.file?.isRegular == false)
    let log = LogLines()
    let applied = Mutex<[[String]]>([])
    let service = ReceiverReload(
      source: ReceiverSource(file: load.file, environment: [:]), current: current, logger: log.logger
    ) { configuration in applied.withLock { $0.append(configuration.receivers.map(\.name)) } }
    let rest = Mutex<ArraySlice<ReloadTrigger>>([.look, .look, .signal, .look])
    await service.run(on: AsyncStream { rest.withLock { $0.popFirst() } })
    // The signal takes up the same text again, and files with secrets as they are now.
    #expect(applied.withLock { $0 } == [["a"]])
    let lines = log.lines.filter { !$0.hasPrefix("debug") }
    #expect(lines.count == 2)
    #expect(
      lines.first == "notice: the configuration came from a pipe and is not read again: a change of it needs a "
        + "restart file=\(pipe)")
  }

  @Test func aSecretInAPipeIsRefused() throws {
    let folder = try Folder(["tocsin.yaml": file("a")])
    #expect(mkfifo(folder["url"], 0o600) == 0)
    let error = #expect(throws: ConfigurationError.self) {
      try ReceiverConfiguration(file: folder["tocsin.yaml"], environment: [:])
    }
    #expect(
      error?.problems == [
        "receivers[0].discord.url_file: the file cannot be used: it is not a regular file, and could not be read again "
          + "when it changes"
      ])
  }

  /// The service as it runs in a node: a signal of the operating system, and files that are looked at now and then.
  @Test func signalsAndChangedFilesReachARunningService() async throws {
    let folder = try Folder(["tocsin.yaml": file("a"), "url": "https://hooks.example.org/1"])
    // Also so that SIGHUP cannot end the test before the service listens.
    let trap = await UnixSignalsSequence(trapping: .sighup)
    let (applied, continuation) = AsyncStream.makeStream(of: [String].self)
    let current = try ReceiverConfiguration(file: folder["tocsin.yaml"], environment: [:])
    try folder.write("tocsin.yaml", file("started"))
    // Longer than a step of the times that the file system keeps: a change within one would not be seen.
    let service = ReceiverReload(
      source: ReceiverSource(file: ConfigurationFile(reading: folder["tocsin.yaml"]), environment: [:]),
      current: current, interval: .milliseconds(20), logger: LogLines().logger
    ) { continuation.yield($0.receivers.map(\.name)) }
    try await withThrowingTaskGroup { group in
      group.addTask { try await service.run() }
      var results = applied.makeAsyncIterator()
      func expect(_ names: [String]) async {
        let next = await results.next()
        #expect(next == names)
      }
      await expect(["started"])
      try folder.write("tocsin.yaml", file("changed"))
      await expect(["changed"])
      kill(getpid(), SIGHUP)
      await expect(["changed"])
      group.cancelAll()
      try await group.waitForAll()
    }
    _ = trap
  }
}
