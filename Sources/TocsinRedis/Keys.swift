import TocsinCore

/// The names of everything on the server.
struct Keys: Sendable {
  /// Which life of the data this is; absent on a server that lost it.
  let epoch: String
  /// The epoch whose cooldowns are being restored; absent when none are.
  let restoring: String
  /// The node that restores.
  let restoreLock: String
  /// The node that is the keeper.
  let keeper: String
  /// Alert id → envelope, and alert id by the server's time of its claim.
  let journal: String
  let journalTimes: String
  /// The same for alerts that were announced but are not in PostgreSQL yet, by the time of the announcement.
  let unwritten: String
  let unwrittenTimes: String
  /// The event log, a stream whose entries have the envelope in field `e`.
  let events: String
  /// The id of the log's newest entry.
  let newestEvent: String
  /// Alerts that PostgreSQL refuses, a stream.
  let deadLetters: String
  /// Those of before the ids of ``deadLetters`` were used up.
  let formerDeadLetters: String
  /// Tenant and rule id → version and rule.
  let rules: String
  /// The number of the newest change among the rules; absent where nobody has put a whole rule set there.
  let rulesVersion: String
  /// Whose all this is (``ClusterSeal``).
  let seal: String
  /// In which history the numbers of changes count; absent where PostgreSQL has never gone back.
  let rulesHistory: String
  /// Where signals are published.
  let channel: String

  /// What all of them begin with.
  let prefix: String

  init(prefix: String) {
    self.prefix = prefix
    epoch = "\(prefix):epoch"
    restoring = "\(prefix):restoring"
    restoreLock = "\(prefix):restore-lock"
    keeper = "\(prefix):keeper"
    journal = "\(prefix):journal"
    journalTimes = "\(prefix):journal:times"
    unwritten = "\(prefix):unwritten"
    unwrittenTimes = "\(prefix):unwritten:times"
    events = "\(prefix):events"
    newestEvent = "\(prefix):events:last"
    deadLetters = "\(prefix):dead"
    formerDeadLetters = "\(prefix):dead:former"
    rules = "\(prefix):rules"
    rulesVersion = "\(prefix):rules:version"
    seal = "\(prefix):cluster"
    rulesHistory = "\(prefix):rules:history"
    channel = "\(prefix):signals"
  }

  /// The cooldown of an entity under a rule: `1|fired|alert id|incarnation`.
  ///
  /// The parts are parted by a character that rule ids cannot have: with a colon, rule `r` and entity `7:5:abcde:` would
  /// be rule `r:7` and entity `5:abcde:`.
  func cooldown(tenant: Tenant, rule: String, entity: Entity) -> String {
    "\(prefix):cooldown:\(tenant.rawValue)|\(rule)|\(entity.key)"
  }

  /// There while a change counts as announced.
  func announcedChange(_ id: AlertID) -> String {
    "\(prefix):change:\(id)"
  }

  /// The samples of a series for one lookback.
  func window(tenant: Tenant, entity: Entity, metric: String, lookbackMinutes: Int) -> String {
    "\(prefix):window:\(tenant.rawValue)|\(lookbackMinutes)|\(metric.utf8.count):\(metric)|\(entity.key)"
  }
}
