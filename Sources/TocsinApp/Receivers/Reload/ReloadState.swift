import TocsinNotifiers

/// Decides when the configuration is read again, and what becomes of what was read. Knows neither files nor clocks.
///
/// A file that somebody writes may make sense without its end, or be empty for a moment. So nothing is taken up that two
/// readings in turn have not found equal, byte by byte; the pause between them is the caller's.
struct ReloadState {
  /// What counts.
  private(set) var current: ReceiverConfiguration
  /// What the latest reading that was taken up or refused depended on.
  private var stamps: [String: FileStamp] = [:]
  /// The templates that ``current`` was taken up with.
  private var templates: [String: FileStamp]?
  /// The templates of an ``Action/apply(_:_:)`` that nobody has said has worked: a part of it may count already.
  private var unapplied: [String: FileStamp]?
  /// Whether it is read at the next look, changed or not: the files may have changed since they were read for the start.
  private var isDue = true
  /// What was read and has still to be found a second time.
  private var unconfirmed: ReadingAttempt?
  /// What is tried again though no file changes: what could not be read or taken up may be so for another reason.
  private var retry: Retry?
  /// Whether somebody wants the configuration to be taken up even if it means the same.
  private var isForced = false
  /// Whether that was so for the latest reading.
  private var wasForced = false

  /// A state in which that configuration counts.
  init(current: ReceiverConfiguration) {
    self.current = current
  }

  /// When a refused configuration is tried again: after 2 looks, 4, 8 … and never less often than ``longest``.
  private struct Retry {
    static let longest = 128
    /// Why it was refused.
    var reason: String
    /// How many looks passed between the last two attempts.
    var pause = 2
    /// How many looks there are until the next.
    var left = 2

    mutating func look() -> Bool {
      left -= 1
      return left <= 0
    }
  }

  /// What follows a reading.
  enum Action: Hashable {
    /// It is read again at the next look: the files may still be changing.
    case confirm
    /// Nothing: it means the same.
    case keep
    /// It is taken up; ``applied(_:)`` has to be told once that has worked.
    case apply(ReceiverConfiguration, ReceiverChanges)
    /// It cannot be used, and the old one stays.
    case refuse(ConfigurationError)
  }

  /// The files to look at.
  var paths: [String] { stamps.keys.sorted() }

  /// A look at ``paths``.
  /// - Returns: whether it is time to read
  mutating func looked(_ found: [String: FileStamp]) -> Bool {
    if isDue || unconfirmed != nil || found != stamps { return true }
    return retry?.look() ?? false
  }

  /// The configuration of a reading was refused, by its reader or by those who take it up.
  /// - Returns: whether this is news: a reason that was told is not told again until it changes
  mutating func refused(_ reason: String) -> Bool {
    guard let last = retry, last.reason == reason, !wasForced else {
      retry = Retry(reason: reason)
      return true
    }
    let pause = min(last.pause * 2, Retry.longest)
    retry = Retry(reason: reason, pause: pause, left: pause)
    return false
  }

  /// SIGHUP came.
  mutating func force() {
    isForced = true
    isDue = true
  }

  /// The configuration was read.
  mutating func read(_ attempt: ReadingAttempt) -> Action {
    isDue = false
    guard let first = unconfirmed, first.files == attempt.files, first.templateStamps == attempt.templateStamps else {
      unconfirmed = attempt
      return .confirm
    }
    unconfirmed = nil
    // Files that are not there yet, or any more, have to be looked at all the same.
    stamps = attempt.stamps
    wasForced = isForced
    isForced = false
    switch attempt.result {
    case .failure(let error): return .refuse(error)
    case .success(let new):
      if let lost = lost(in: attempt, new) { return .refuse(lost) }
      let sameTemplates = templates.map { $0 == attempt.templateStamps } ?? true
      if new == current, sameTemplates, !wasForced, unapplied == nil {
        templates = attempt.templateStamps
        retry = nil
        return .keep
      }
      unapplied = attempt.templateStamps
      return .apply(new, ReceiverChanges(from: current, to: new))
    }
  }

  /// The configuration of an ``Action/apply(_:_:)`` counts now.
  mutating func applied(_ configuration: ReceiverConfiguration) {
    current = configuration
    templates = unapplied
    unapplied = nil
    retry = nil
  }

  /// Why a file is refused that has no receivers any more and does not say that this is right: it is more likely empty
  /// or half written than meant so, and nobody would be told of any alert.
  private func lost(in attempt: ReadingAttempt, _ new: ReceiverConfiguration) -> ConfigurationError? {
    func inFile(_ configuration: ReceiverConfiguration) -> [String] {
      configuration.receivers.map(\.name).filter { !attempt.receiversOfVariables.contains($0) }
    }
    let before = inFile(current)
    guard !before.isEmpty, inFile(new).isEmpty, !attempt.saysNobody else { return nil }
    let names = before.prefix(5).joined(separator: ", ") + (before.count > 5 ? ", …" : "")
    return ConfigurationError(
      "the file has no receivers, and \(names) would be gone: write `receivers: []` if that is right")
  }
}
