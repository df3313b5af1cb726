import TocsinCore

/// Decides when an operator must hear that alerts pile up in Redis: once when they pass half of the limit, again only
/// after they had fallen below it.
struct BacklogWatch {
  private var hasWarned = false

  /// - Returns: whether to warn now
  mutating func observed(_ backlog: JournalBacklog) -> Bool {
    let twice = 2 * (backlog.journal + backlog.unwritten)
    if twice < backlog.limit { hasWarned = false }
    guard twice > backlog.limit, !hasWarned else { return false }
    hasWarned = true
    return true
  }
}
