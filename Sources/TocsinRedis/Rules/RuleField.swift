import NIOCore
import TocsinCore
import TocsinJSON

/// A rule's place in the hash of rules.
struct RuleField {
  var tenant: Tenant
  var ruleID: String

  /// Parts tenant and rule id: neither can contain it.
  private static let separator: Character = "\u{1F}"

  init(tenant: Tenant, ruleID: String) {
    self.tenant = tenant
    self.ruleID = ruleID
  }

  /// Reads what ``text`` writes.
  init?(_ text: String) {
    let parts = text.split(separator: Self.separator, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    self.init(tenant: Tenant(rawValue: String(parts[0])), ruleID: String(parts[1]))
  }

  var text: String { "\(tenant.rawValue)\(Self.separator)\(ruleID)" }
}

extension RuleField {
  /// What a field holds.
  enum Value {
    case rule(AlertRule)
    case deleted
    /// A rule of a newer release's, and the number of the change that wrote it.
    case foreign(Int64, [UInt8])
    case unreadable(String)
  }

  /// The value for a rule.
  static func value(of rule: AlertRule) -> [UInt8] {
    var bytes = Array("1\(rule.version)|".utf8)
    rule.storedJSON.append(to: &bytes)
    return bytes
  }

  /// The value for a rule that this release cannot read.
  static func value(of rule: ForeignRule) -> [UInt8] {
    Array("1\(rule.version)|".utf8) + rule.stored
  }

  /// Reads a value.
  static func read(_ buffer: ByteBuffer) -> Value {
    let bytes = buffer.readableBytesView
    guard bytes.first == UInt8(ascii: "1"), let bar = bytes.firstIndex(of: UInt8(ascii: "|")) else {
      return .unreadable("unknown version")
    }
    let stored = bytes[bytes.index(after: bar)...]
    if stored.isEmpty { return .deleted }
    do {
      return .rule(try AlertRule(storedJSON: JSON(parsing: Array(stored))))
    } catch {
      let digits = bytes[bytes.index(after: bytes.startIndex)..<bar]
      guard let version = Int64(String(decoding: digits, as: UTF8.self)) else { return .unreadable("\(error)") }
      return .foreign(version, Array(stored))
    }
  }
}
