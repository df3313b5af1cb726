import TocsinClient
import TocsinCore

/// One message of the stream on one line.
struct WatchLine: Sendable {
  private let message: StreamMessage

  /// The line of a message; nil for one that says nothing to people.
  init?(_ message: StreamMessage) {
    switch message.kind {
    case .other(let type) where ["pong", "subscribed", "unsubscribed"].contains(type): return nil
    case .resumed(recovered: false, _): return nil  // the resync beside it says it
    default: self.message = message
    }
  }

  /// The line, coloured where that is wanted.
  func text(colors: Bool) -> String {
    switch message.kind {
    case .connected: "connected; waiting for alerts"
    case .alert(let alert): AlertLine(alert).text(colors: colors)
    case .changed(let action, let alertID, let user, let campaignID):
      time
        + (action == .resolve ? Style.good : .warning).apply(
          action == .resolve ? "resolved     " : "acknowledged ", colors: colors)
        + Printable.line("\(alertID)  [\(campaignID)]" + (user.map { " by \($0)" } ?? ""))
    case .updated(let alertID, let campaignID, let deliveries):
      time + "delivery     "
        + Printable.line(
          "\(alertID)  [\(campaignID)] "
            + deliveries.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value ? "delivered" : "given up")" }
            .joined(separator: ", "))
    case .resumed: "nothing was missed"
    case .resync(let reason):
      Style.warning.apply(
        "events are missing here (\(Printable.line(reason))): `tocsin alerts list` shows what is open", colors: colors)
    case .error(let code, let text): "the server says: \(Printable.line(text)) (\(Printable.line(code)))"
    case .other(let type): "\(time)\(Printable.line(type)): \(Printable.line(message.json.text))"
    }
  }

  /// A time to two digits: `0.25 s`, `1.5 s`.
  static func seconds(_ duration: Duration) -> String {
    let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    return "\(Double(milliseconds / 10) / 100) s"
  }

  private var time: String {
    message.timestamp.map { Printable.time($0) + "  " } ?? ""
  }
}
