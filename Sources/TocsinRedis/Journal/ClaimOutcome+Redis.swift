import NIOCore
import RedisClient
import TocsinCore

extension ClaimOutcome {
  /// Reads what ``ClaimScript/claim`` returns for one claim; nil where it cannot have returned that.
  init?(_ value: RedisValue, isRestoring: Bool) {
    switch value {
    case .integer(0): self = .lost(.newerRelease)
    case .integer(1): self = isRestoring ? .unconfirmed(.restoring) : .won
    case .integer(2): self = .unconfirmed(.unreadable)
    case .bulk(let text):
      guard let loss = ClaimLoss(cooldown: text.readableBytesView) else { return nil }
      self = .lost(loss)
    case .null, .simple, .error, .integer, .array: return nil
    }
  }
}

extension ClaimLoss {
  /// Reads a cooldown: `1|fired|alert id|incarnation`. Any text may stand in the place of the id.
  fileprivate init?(cooldown text: ByteBufferView) {
    let bar = UInt8(ascii: "|")
    guard let first = text.firstIndex(of: bar), let second = text[(first + 1)...].firstIndex(of: bar),
      let third = text[(second + 1)...].firstIndex(of: bar)
    else { return nil }
    var fired: Int64 = 0
    for byte in text[(first + 1)..<second] {
      guard (48...57).contains(byte) else { return nil }
      let (tens, isTooLarge) = fired.multipliedReportingOverflow(by: 10)
      guard !isTooLarge, tens <= .max - 9 else { return nil }
      fired = tens + Int64(byte - 48)
    }
    self = .cooldown(
      firedAt: Timestamp(milliseconds: fired),
      alertID: AlertID(String(decoding: text[(second + 1)..<third], as: UTF8.self)))
  }
}
