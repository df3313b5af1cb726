import RedisClient
import Support

/// The scripts of the folder `Scripts`. Each file says on top why it is there, what its keys and arguments are, and what
/// it returns. What several need is in `Scripts/Library` (``Support/EmbeddedText``).
///
/// A script reads and checks everything first and writes afterwards: none ever stops between two writes. Its first write
/// is one that Redis refuses where memory is short; once that was done, Redis refuses no other one of the same script. One
/// that runs even where memory is short, because it moves what is there or makes room, begins with `flags=allow-oom`.
enum Scripts {
  // MARK: Alerts after their claim
  static let retract = script(PackageResources.retract_lua)
  static let reenter = script(PackageResources.reenter_lua)
  static let bury = script(PackageResources.bury_lua)
  static let discard = script(PackageResources.discard_lua)
  static let oldest = script(PackageResources.oldest_lua)
  static let date = script(PackageResources.date_lua)
  static let written = script(PackageResources.written_lua)

  // MARK: What is announced
  static let announceAlerts = script(PackageResources.announce_alerts_lua)
  static let announceUnwritten = script(PackageResources.announce_unwritten_lua)
  static let announceChanges = script(PackageResources.announce_changes_lua)
  static let announceUpdates = script(PackageResources.announce_updates_lua)

  // MARK: The event log
  static let eventsAfter = script(PackageResources.events_after_lua)
  static let logIsIntact = script(PackageResources.log_is_intact_lua)
  static let newestEvent = script(PackageResources.newest_event_lua)

  // MARK: Epochs and leases
  static let beginEpoch = script(PackageResources.begin_epoch_lua)
  static let restoreCooldowns = script(PackageResources.restore_cooldowns_lua)
  static let finishRestoring = script(PackageResources.finish_restoring_lua)
  static let checkWrites = script(PackageResources.check_writes_lua)
  static let holdLease = script(PackageResources.hold_lease_lua)
  static let holdLeaseInEpoch = script(PackageResources.hold_lease_in_epoch_lua)

  // MARK: The rule board
  static let putRule = script(PackageResources.put_rule_lua)
  static let replaceRules = script(PackageResources.replace_rules_lua)
  static let beginRuleHistory = script(PackageResources.begin_rule_history_lua)
  static let rulesVersion = script(PackageResources.rules_version_lua)
  static let rules = script(PackageResources.rules_lua)

  // MARK: The cluster
  static let sealCluster = script(PackageResources.seal_cluster_lua)

  private static func script(_ file: [UInt8]) -> RedisScript {
    RedisScript(source(String(decoding: file, as: UTF8.self)).text)
  }

  /// What is sent to the server of a file.
  static func source(_ file: String) -> EmbeddedText {
    EmbeddedText(file, library: library)
  }

  /// The files that others use, by name.
  static let library = [
    "append": PackageResources.append_lua,
    "call_with": PackageResources.call_with_lua,
    "entomb": PackageResources.entomb_lua,
    "entry": PackageResources.entry_lua,
    "epoch": PackageResources.epoch_lua,
    "foreign": PackageResources.foreign_lua,
    "hold": PackageResources.hold_lua,
    "lasting": PackageResources.lasting_lua,
    "limits": PackageResources.limits_lua,
    "now": PackageResources.now_lua,
    "number": PackageResources.number_lua,
    "place": PackageResources.place_lua,
    "take": PackageResources.take_lua,
    "text": PackageResources.text_lua,
    "used_up": PackageResources.used_up_lua,
    "write_rules": PackageResources.write_rules_lua,
  ].mapValues { String(decoding: $0, as: UTF8.self) }
}

/// What ``ClaimScript`` and ``WindowScripts`` begin with, which are no files yet.
enum Lua {
  /// `textLimit` of `Scripts/Library/limits.lua`.
  static let textLimit = 4096
  static let foreign = piece("foreign")
  static let types = piece("text, foreign")
  static let now = piece("now")
  static let callWith = piece("call_with")
  static let lasting = piece("lasting")

  private static func piece(_ names: String) -> String { Scripts.source("-- uses: \(names)").text + "\n" }
}
