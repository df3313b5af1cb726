/// Decides when the configuration is read again, and what becomes of what was read. Knows neither files nor clocks.
struct ReloadState {
  /// What counts.
  private(set) var current: ReceiverConfiguration
  /// What the latest reading depended on.
  private var stamps: [String: FileStamp] = [:]
  /// The templates that ``current`` was taken up with.
  private var templates: [String: FileStamp]?
  /// What a look found that was no longer as it was read.
  private var unsettled: [String: FileStamp]?

  /// A state in which that configuration counts.
  init(current: ReceiverConfiguration) {
    self.current = current
  }

  /// What follows a reading.
  enum Action: Hashable {
    /// Nothing: it means the same.
    case keep
    /// It is taken up; ``applied(_:)`` has to be told once that has worked.
    case apply(ReceiverConfiguration, ReceiverChanges)
    /// It cannot be used, and the old one stays.
    case refuse(ConfigurationError)
  }

  /// The files to look at.
  var paths: [String] { stamps.keys.sorted() }

  /// What a look found.
  enum Finding: Hashable {
    /// All files are as they were when they were read.
    case unchanged
    /// Something changed, and may still be changing.
    case unsettled
    /// Something changed and is as it stays: it is time to read.
    case changed
  }

  /// A look at ``paths``. A change has settled once two looks in turn found the same, so that a file is not read while
  /// somebody writes it, when its beginning may make sense without its end.
  mutating func looked(_ found: [String: FileStamp]) -> Finding {
    defer { unsettled = found == stamps ? nil : found }
    if found == stamps { return .unchanged }
    return found == unsettled ? .changed : .unsettled
  }

  /// The configuration was read.
  mutating func read(_ attempt: ReadingAttempt, because trigger: ReloadTrigger) -> Action {
    stamps = attempt.stamps.merging(attempt.templateStamps) { first, _ in first }
    unsettled = nil
    switch attempt.result {
    case .failure(let error):
      // A file that is not there yet, or any more, has to be looked at all the same.
      return .refuse(error)
    case .success(let new):
      let sameTemplates = templates.map { $0 == attempt.templateStamps } ?? true
      templates = attempt.templateStamps
      if new == current, sameTemplates, trigger != .signal { return .keep }
      return .apply(new, ReceiverChanges(from: current, to: new))
    }
  }

  /// The configuration of an ``Action/apply(_:_:)`` counts now.
  mutating func applied(_ configuration: ReceiverConfiguration) {
    current = configuration
  }
}
