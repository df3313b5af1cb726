import Foundation
import ServiceLifecycle
import Synchronization
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
      file: file, environment: environment, current: try ReceiverConfiguration(file: file, environment: environment),
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
        (.start, nothing), (.look, nothing),
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
        (.start, {}), (.look, { try folder.write("url", "https://hooks.example.org/s3cret2") }), (.look, {}),
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
        (.start, {}), (.look, { try folder.write("tocsin.yaml", text) }), (.look, {}), (.look, {}),
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
        (.start, {}), (.look, {}),
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
        (.start, {}), (.look, { [text = file("a")] in try folder.write("tocsin.yaml", text + "# more\n") }),
        (.look, {}),
      ])
    #expect(applied == [])
    #expect(log == [])
  }

  @Test func aSignalAppliesInAnyCase() async throws {
    let folder = try Folder(["tocsin.yaml": file("a"), "url": "https://hooks.example.org/1"])
    let (applied, log) = try await steps(folder, [(.start, {}), (.signal, {})])
    #expect(applied == [["a"]])
    #expect(log == ["info: receivers and routes were read again receivers=1 routes=1"])
  }

  @Test func whatIsNotTakenUpIsRefused() async throws {
    let folder = try Folder(["tocsin.yaml": file("a"), "url": "https://hooks.example.org/1"])
    let (applied, log) = try await steps(
      folder, refusing: ["bad"],
      [
        (.start, {}), (.signal, { [text = file("bad")] in try folder.write("tocsin.yaml", text) }),
        (.signal, { [text = file("good")] in try folder.write("tocsin.yaml", text) }),
      ])
    #expect(applied == [["good"]])
    #expect(
      log == [
        "error: the configuration is refused, receivers and routes stay as they were file=tocsin.yaml "
          + "reason=bad has a bad template",
        "info: receivers and routes were read again added=good receivers=1 removed=a routes=1 settings=routes",
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
    let service = ReceiverReload(
      file: folder["tocsin.yaml"], environment: [:], current: current, interval: .milliseconds(1),
      logger: LogLines().logger
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
