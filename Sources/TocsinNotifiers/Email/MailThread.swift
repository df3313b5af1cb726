import Crypto
import TocsinCore

/// What tells mail programs which mails belong together.
struct MailThread {
  /// This mail's own id: the delivery's, so that a mail that was sent twice is recognized.
  let messageID: String
  /// The mails that this one continues, oldest first.
  let references: [String]
  /// The list that it is part of (RFC 2919).
  let listID: String

  /// A campaign's alerts are one thread: all refer to a mail that never was, whose id is made of the tenant and the
  /// campaign. What becomes of an alert refers to the mail that told of it, too.
  init(_ notice: Notice, sender: MailAddress) {
    let domain = (MailDomain.ascii(sender.domain) ?? "tocsin.invalid").lowercased()
    let delivery = notice.notification.delivery
    func id(_ name: String) -> String { "<\(name)@\(domain)>" }
    let campaign = "\(notice.notification.tenant.rawValue)\n\(notice.alert.entity.campaignID)"
    let digest = SHA256.hash(data: Array(campaign.utf8)).prefix(16).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    let root = id("campaign.\(digest)")
    messageID = id("alert.\(delivery.id)")
    switch delivery.cause.kind {
    case .fired, .fallback: references = [root]
    case .acknowledged, .resolved:
      let first = DeliveryID(alert: delivery.alertID, cause: .fired, target: delivery.target)
      references = [root, id("alert.\(first)")]
    }
    let label = delivery.target.receiver.lowercased().utf8.map { byte -> String in
      (48...57).contains(byte) || (97...122).contains(byte) ? String(UnicodeScalar(byte)) : "-"
    }.joined().prefix(60).drop { $0 == "-" }
    listID = "<\(label.isEmpty ? "alerts" : String(label)).tocsin.\(domain)>"
  }
}
