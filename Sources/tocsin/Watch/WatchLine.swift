import Support
import TocsinClient
import TocsinCore
import TocsinJSON

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

  /// The line.
  var line: StyledLine {
    switch message.kind {
    case .connected: plain("connected; waiting for alerts")
    case .alert(let alert): AlertLine(alert).line
    case .changed(let action, let alertID, let user, let campaignID):
      StyledLine(
        StyledLine.Piece(time),
        StyledLine.Piece(
          action == .resolve ? "resolved     " : "acknowledged ", action == .resolve ? .good : .warning),
        StyledLine.Piece(Printable.line("\(alertID)  [\(campaignID)]" + (user.map { " by \($0)" } ?? ""))))
    case .updated(let alertID, let campaignID, let deliveries):
      plain(
        time + "delivery     "
          + Printable.line(
            "\(alertID)  [\(campaignID)] "
              + deliveries.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value ? "delivered" : "given up")" }
              .joined(separator: ", ")))
    case .resumed: plain("nothing was missed")
    case .resync(let reason):
      StyledLine(
        StyledLine.Piece(
          "events are missing here (\(Printable.line(reason))): `tocsin alerts list` shows what is open", .warning))
    case .error(let code, let text): plain("the server says: \(Printable.line(text)) (\(Printable.line(code)))")
    case .other(let type): plain("\(time)\(Printable.line(type)): \(Printable.line(message.json.text))")
    }
  }

  private func plain(_ text: String) -> StyledLine {
    StyledLine(StyledLine.Piece(text))
  }

  /// A time to two digits: `0.25 s`, `1.5 s`.
  static func seconds(_ duration: Duration) -> String {
    "\(Double(duration.milliseconds / 10) / 100) s"
  }

  private var time: String {
    message.timestamp.map { Printable.time($0) + "  " } ?? ""
  }
}
