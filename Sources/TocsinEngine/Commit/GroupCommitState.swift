import TocsinCore

/// What waits to be written to PostgreSQL, what is being written, and who waits for it.
///
/// Submissions that arrive while writers are busy go together in the next batch. Each submission is answered
/// exactly once: written, refused, or late when its deadline passed first.
struct GroupCommitState<Waiter> {
  /// Alerts of one caller, written in one transaction.
  struct Submission {
    var alerts: [StoredAlert]
    var deadline: ContinuousClock.Instant
    var waiter: Waiter
  }

  struct Batch: Sendable {
    var number: Int
    var alerts: [StoredAlert]
  }

  private(set) var queue: [Submission] = []
  private(set) var writing: [Int: [Submission]] = [:]
  private(set) var isAway = false
  private(set) var isClosing = false
  private var batches = 0
  let rowLimit: Int

  init(rowLimit: Int) {
    self.rowLimit = rowLimit
  }

  /// A caller wants alerts to be written.
  /// - Returns: an answer, if there is no point in waiting
  mutating func submit(_ submission: Submission) -> CommitAnswer? {
    if isAway || isClosing { return .late }
    queue.append(submission)
    return nil
  }

  /// A writer is free.
  /// - Returns: the next batch: whole submissions up to the limit of rows, at least one; nil if nothing waits
  mutating func next() -> Batch? {
    guard !queue.isEmpty else { return nil }
    var rows = 0
    var count = 0
    while count < queue.count, count == 0 || rows + queue[count].alerts.count <= rowLimit {
      rows += queue[count].alerts.count
      count += 1
    }
    let taken = Array(queue[..<count])
    queue.removeFirst(count)
    batches += 1
    writing[batches] = taken
    return Batch(number: batches, alerts: taken.flatMap(\.alerts))
  }

  /// A batch is in PostgreSQL, but for the refused alerts.
  mutating func written(_ batch: Int, refused: [AlertID: String]) -> [(Waiter, CommitAnswer)] {
    isAway = false
    return (writing.removeValue(forKey: batch) ?? []).map { submission in
      let own =
        refused.isEmpty ? [:] : refused.filter { id, _ in submission.alerts.contains { $0.alert.alertID == id } }
      return (submission.waiter, .written(refused: own))
    }
  }

  /// A batch could not be written because PostgreSQL is away: nobody needs to wait for it, or for what is queued.
  mutating func away(_ batch: Int) -> [(Waiter, CommitAnswer)] {
    isAway = true
    let given = (writing.removeValue(forKey: batch) ?? []) + queue
    queue = []
    return given.map { ($0.waiter, .late) }
  }

  /// Time has passed.
  /// - Returns: those whose deadline is over; where one of them was being written, PostgreSQL counts as away
  mutating func expire(at now: ContinuousClock.Instant) -> [(Waiter, CommitAnswer)] {
    var given: [Submission] = queue.filter { $0.deadline <= now }
    if !given.isEmpty { queue.removeAll { $0.deadline <= now } }
    for (number, submissions) in writing {
      let over = submissions.filter { $0.deadline <= now }
      guard !over.isEmpty else { continue }
      given += over
      writing[number] = submissions.filter { $0.deadline > now }
      isAway = true
    }
    return given.map { ($0.waiter, .late) }
  }

  /// The earliest deadline of all that wait.
  var earliestDeadline: ContinuousClock.Instant? {
    (queue.map(\.deadline) + writing.values.flatMap { $0.map(\.deadline) }).min()
  }

  /// PostgreSQL answers again.
  mutating func back() {
    isAway = false
  }

  /// No new submissions.
  mutating func close() {
    isClosing = true
  }
}

/// What a caller of group commit is told.
enum CommitAnswer: Sendable, Equatable {
  /// All are in PostgreSQL, but those refused, with the reasons.
  case written(refused: [AlertID: String])
  /// Not yet: the time was up, or PostgreSQL is known to be away.
  case late
}
