package import Logging
import NIOPosix
import ServiceLifecycle
import Synchronization
import TocsinCore
import UnixSignals

/// Reads receivers and routes again on SIGHUP, and when the configuration file, a file with a secret or a template
/// changes.
///
/// What cannot be used is logged once and refused: the old configuration stays. It is tried again when a file changes,
/// and now and then without that, at most a minute apart: what it failed for may be over. A change is taken up half a second to a
/// second after the files are as they stay, on SIGHUP too: nothing counts that two readings half a second apart have not
/// found equal. A configuration that came from a pipe is not read again, only the files that it names. Settings of the
/// node itself (addresses, connections …) need a restart.
package struct ReceiverReload: Service, CustomStringConvertible, CustomReflectable {
  /// The type's name: the environment may hold passwords, and services are logged with all that they show.
  package var description: String { "ReceiverReload" }

  /// A mirror without children.
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

  private let source: ReceiverSource
  private let initial: ReceiverConfiguration
  private let onSignal: Bool
  private let interval: Duration
  private let logger: Logger
  private let apply: @Sendable (ReceiverConfiguration) throws -> Void
  private let outcome: @Sendable (_ isAccepted: Bool) -> Void

  /// A service that does nothing yet.
  /// - Parameters:
  ///   - source: the configuration file, if there is one, and the environment
  ///   - current: the configuration that the node has started with
  ///   - onSignal: whether SIGHUP reads again, instead of ending the process
  ///   - interval: how often files are looked at; it has to be longer than the step of the times that the file system
  ///     keeps of changes, which is some milliseconds
  ///   - apply: makes a configuration count from now on; one that it throws for is refused
  ///   - outcome: told of each reading that meant something whether it was taken up
  package init(
    source: ReceiverSource, current: ReceiverConfiguration, onSignal: Bool = true,
    interval: Duration = .milliseconds(500), logger: Logger,
    apply: @escaping @Sendable (ReceiverConfiguration) throws -> Void,
    outcome: @escaping @Sendable (_ isAccepted: Bool) -> Void = { _ in }
  ) {
    self.source = source
    initial = current
    self.onSignal = onSignal
    self.interval = interval
    self.logger = logger
    self.apply = apply
    self.outcome = outcome
  }

  /// Runs until the task's graceful shutdown or cancellation.
  package func run() async throws {
    await cancelWhenGracefulShutdown {
      // Before anything else: until then SIGHUP ends the process, or is only remembered.
      let signals = onSignal ? await UnixSignalsSequence(trapping: .sighup) : nil
      let hasSignal = SignalFlag(isSet: onSignal && HangUp.take())
      await withDiscardingTaskGroup { group in
        if let signals {
          group.addTask {
            for await _ in signals { hasSignal.set() }
          }
        }
        // Pulled, so that two looks are never closer to each other than the pause, however long one takes.
        let triggers = AsyncStream<ReloadTrigger> {
          guard (try? await Task.sleep(for: interval)) != nil else { return nil }
          return hasSignal.take() ? .signal : .look
        }
        await run(on: triggers)
        group.cancelAll()
      }
    }
  }

  /// Looks when it is told to, until the stream ends.
  func run(on triggers: AsyncStream<ReloadTrigger>) async {
    if let file = source.file, !file.isRegular {
      logger.notice(
        "the configuration came from a pipe and is not read again: a change of it needs a restart",
        metadata: ["file": "\(file.path)"])
    }
    var state = ReloadState(current: initial)
    for await trigger in triggers {
      guard (try? await handle(trigger, &state)) != nil else { break }
    }
  }

  /// - Throws: where the process ends and its threads are gone
  private func handle(_ trigger: ReloadTrigger, _ state: inout ReloadState) async throws {
    if trigger == .signal { state.force() }
    let paths = state.paths
    let found = try await NIOThreadPool.singleton.runIfActive {
      Dictionary(uniqueKeysWithValues: paths.map { ($0, FileStamp(of: $0)) })
    }
    guard state.looked(found) else { return }
    let attempt = try await NIOThreadPool.singleton.runIfActive { [source] in
      ReadingAttempt(file: source.file?.again(), environment: source.environment)
    }
    switch state.read(attempt) {
    case .confirm: break
    case .keep:
      logger.debug("the configuration was read again and means the same")
      outcome(true)
    case .refuse(let error): refused(error.problems.joined(separator: "; "), &state)
    case .apply(let configuration, let changes):
      do {
        try apply(configuration)
        state.applied(configuration)
        applied(configuration, changes)
      } catch {
        refused("\(error)", &state)
      }
    }
  }

  private func applied(_ configuration: ReceiverConfiguration, _ changes: ReceiverChanges) {
    var metadata: Logger.Metadata = [
      "receivers": .stringConvertible(configuration.receivers.count),
      "routes": .stringConvertible(configuration.routing.routes.count),
    ]
    let lists = [
      ("added", changes.added), ("removed", changes.removed), ("changed", changes.changed),
      ("settings", changes.settings),
    ]
    for (key, names) in lists where !names.isEmpty { metadata[key] = "\(names.joined(separator: ", "))" }
    logger.info("receivers and routes were read again", metadata: metadata)
    outcome(true)
  }

  private func refused(_ reason: String, _ state: inout ReloadState) {
    let level: Logger.Level = state.refused(reason) ? .error : .debug
    logger.log(
      level: level, "the configuration is refused, receivers and routes stay as they were",
      metadata: ["file": "\(source.file?.path ?? "")", "reason": "\(reason)"])
    outcome(false)
  }
}

/// Whether a signal has come since it was last asked.
private final class SignalFlag: Sendable {
  private let isSet: Mutex<Bool>

  init(isSet: Bool) {
    self.isSet = Mutex(isSet)
  }

  func set() { isSet.withLock { $0 = true } }

  func take() -> Bool {
    isSet.withLock { flag in
      defer { flag = false }
      return flag
    }
  }
}
