import PostgresClient
package import TocsinCore

extension PostgresAlertStore {
  package func runningCooldowns(
    of rules: RuleSnapshot, at now: Timestamp
  ) -> any AsyncSequence<[RunningCooldown], any Error> {
    CooldownPages(readers: readers, rules: rules, now: now)
  }
}

/// Running cooldowns, tenant by tenant, newest alert first.
///
/// A page is a range of the primary key, so no page costs more than another one. The first alert that is met of a
/// rule and entity is its newest; older ones are left out by remembering a 64-bit hash of each: a million running
/// cooldowns take some 20 MB while they are read.
struct CooldownPages: AsyncSequence {
  typealias Element = [RunningCooldown]

  let readers: PostgresPool
  let rules: RuleSnapshot
  let now: Timestamp
  /// Rows a page; the statement's own limit is 5,000.
  var pageSize = 5000

  func makeAsyncIterator() -> Iterator {
    Iterator(readers: readers, pageSize: pageSize, walks: rules.rules.map { CooldownWalk(of: $1, tenant: $0, at: now) })
  }

  struct Iterator: AsyncIteratorProtocol {
    let readers: PostgresPool
    let pageSize: Int
    var walks: [CooldownWalk]

    /// The next page that holds any; nil at the end.
    mutating func next() async throws -> [RunningCooldown]? {
      while let last = walks.indices.last {
        guard let request = walks[last].request else {
          walks.removeLast()
          continue
        }
        let parameters: [PostgresValue] = [
          .text(walks[last].tenant.rawValue), .uuid(request.from.uuid), .uuid(request.before.uuid),
          .textArray(request.ruleIDs), .int8(Int64(pageSize)),
        ]
        let rows = try await readers.rows(Statements.alertCooldowns, parameters) { row in
          CooldownWalk.Row(
            alertID: AlertID(try row.uuid(0)), ruleID: try row.text(1), incarnation: try row.text(2),
            entity: Entity(campaignID: try row.text(3), adID: try row.text(4)))
        }
        let cooldowns = walks[last].take(rows, isLast: rows.count < pageSize)
        if !cooldowns.isEmpty { return cooldowns }
      }
      return nil
    }
  }
}
